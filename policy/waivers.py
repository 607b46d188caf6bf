"""What the rules are told to let pass, each with its reason. A waiver that nothing needs any more is an error."""

from policy.app_waivers import APP_WAIVERS
from policy.waiver import Waiver

WAIVERS: tuple[Waiver, ...] = (
    Waiver(
        rule="wildcard-permission",
        resource="*-policy",
        subject="WriteOwnLog",
        reason="Lambda makes up the names of a log group's streams",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="readiness-aws-*-policy",
        subject="DescribeAccount",
        reason="the account's limits and a function's event sources are no resources",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="readiness-aws-*-policy",
        subject="ListAlarms",
        reason="alarms are described all at once, and may be judged as all of the region's",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="readiness-aws-*-policy",
        subject="DescribeTables",
        reason="an ARN of each table would outgrow a role; those of its name are the stack's, and no item is read",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="readiness-aws-*-policy",
        subject="DescribeReaders",
        reason="an ARN of each would outgrow a role; all of that name are the stack's, and tell their configuration",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="readiness-aws-*-policy",
        subject="ListDataAlarms",
        reason="as ListAlarms, in a data region without a control plane",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="readiness-aws-*-policy",
        reason="it looks at every region and moves nothing: a dark one is what it reports",
    ),
    Waiver(
        rule="recovery-left-behind",
        resource="failover-orchestrator-aws-*-policy",
        subject="*-stream-replicator-[*]",
        reason="a planned move asks the replicators of the region that it leaves, which is well; a failover asks none",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="failover-orchestrator-aws-*-policy",
        subject="*-stream-replicator-[*]",
        reason="a planned move asks the replicators of the region that it leaves, which is well; a failover asks none",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="failover-orchestrator-aws-*-policy",
        subject="AskReplicators",
        reason="an ARN of each would outgrow a role; all of that name are the stack's replicators",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="*-replicator-aws-*-policy",
        subject="ReadOwnStream",
        reason="a stream's label is the time at which DynamoDB made it",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="*-replicator-aws-*-policy",
        subject="KeepDeadRecords",
        reason="each record that is kept has a name of its own in the region's bucket",
    ),
    Waiver(
        rule="unbounded-write",
        resource="*-replicator-aws-*-policy",
        reason="it carries over whatever an application writes, under the application's own keys",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="*-replicator-aws-*-policy",
        reason="it carries data to the other region and asks any control region for the epoch; no failover needs it",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="auditor-aws-*-policy",
        subject="ReadOwnStreams",
        reason="a stream's label is the time at which DynamoDB made it",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="auditor-aws-*-policy",
        subject="KeepDeadRecords",
        reason="each record that is kept has a name of its own in the region's bucket",
    ),
    Waiver(
        rule="unbounded-write",
        resource="auditor-aws-*-policy",
        reason="it lists whatever lost, under the table's name and the application's own keys",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="auditor-aws-*-stream",
        reason="a replica's stream is known from the table alone; excluded with its region, that keeps its outputs",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="*Own*",
        reason="what bears the stack's name is the stack's, and each environment has an account of its own",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="*All*",
        reason="AWS takes no resource for these, or judges them as all of a region's",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="*EventSources",
        reason="Lambda makes up their names; a condition limits all but their tags to the stack's functions",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="*Roles",
        reason="roles' names are made up; below this path are those of the stack that run, and a person adds them",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="Read*Names",
        reason="Route 53 makes up the ids of zones and health checks, and a pipeline only reads them",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="*State",
        reason="Pulumi makes up names below .pulumi/, and KMS those of keys: the state's is told by its alias",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="*TablesKey",
        reason="KMS makes up names of keys: the one that AWS manages for tables is told by its alias",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="pipeline-aws-*-policy",
        subject="ReadAuthorityKeys",
        reason="KMS makes up names of keys: the stack's are told by their tag, and no private half is ever read",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="pipeline-aws-*-policy",
        reason="a pipeline deploys to every region; no failover needs one",
    ),
    Waiver(
        rule="unrecoverable-table",
        resource="canary-aws-*",
        reason="probes write the canary all the time: a backup of a counter restores nothing",
    ),
    Waiver(
        rule="unrecoverable-table",
        resource="sessions-aws-*",
        reason="sessions expire by themselves, and a restored one would be stale: users log in again",
    ),
    Waiver(
        rule="unencrypted-table",
        resource="canary-aws-*",
        reason="a counter is no secret, and probes must not depend on KMS",
    ),
    Waiver(
        rule="unencrypted-table",
        resource="control-aws-*",
        reason="DynamoDB's own key encrypts it: with one of the account's a failover would need KMS as well",
    ),
    Waiver(
        rule="unencrypted-topic",
        resource="*-aws-*-topic",
        reason="CloudWatch alarms cannot publish through the AWS-managed key, and messages hold no secret",
    ),
    Waiver(
        rule="no-dead-letters-of-invocations",
        resource="health-checker-aws-*",
        reason="the schedule starts it again within a minute, and an alarm tells when it does not",
    ),
    Waiver(
        rule="no-dead-letters-of-invocations",
        resource="failover-orchestrator-aws-*",
        reason="an observer orders again every 3 s while the table says so; an order kept for later would be stale",
    ),
    Waiver(
        rule="no-dead-letters-of-invocations",
        resource="readiness-aws-*",
        reason="the next look starts within the hour, and two hours without a good one are an alarm",
    ),
    *APP_WAIVERS,
)
