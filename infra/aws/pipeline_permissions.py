"""What the pipelines' roles may do: a preview only reads, a deployment changes what bears the stack's name.

Neither writes IAM: whoever may write a policy may give himself everything, so a person deploys roles. Neither reads
an application's items, messages or secrets, nor makes or removes tables or buckets: a new replica needs rights on all
items (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_iam.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.aws.policy import Condition, Statement, leading_keys
from infra.aws.topology import Topology

# By service: what a refresh reads of a resource, and what an update does to it.
READS: Mapping[str, str] = {
    "cloudwatch": "ListTagsForResource",
    "dynamodb": "DescribeTable DescribeContinuousBackups DescribeTimeToLive ListTagsOfResource",
    "lambda": "GetFunction GetFunctionCodeSigningConfig GetFunctionEventInvokeConfig ListTags ListVersionsByFunction",
    "logs": "ListTagsForResource",
    # The provider reads every property of a bucket that there is.
    "s3": "GetBucket* GetAccelerateConfiguration GetEncryptionConfiguration GetLifecycleConfiguration"
    " GetReplicationConfiguration ListBucket",
    "scheduler": "GetSchedule",
    "secretsmanager": "DescribeSecret GetResourcePolicy",
    "sns": "GetTopicAttributes ListTagsForResource",
    "sqs": "GetQueueAttributes GetQueueUrl ListQueueTags",
}
WRITES: Mapping[str, str] = {
    "cloudwatch": "DeleteAlarms PutMetricAlarm TagResource UntagResource",
    "dynamodb": "TagResource UntagResource UpdateContinuousBackups UpdateTable UpdateTimeToLive",
    "lambda": (
        "CreateFunction DeleteFunction DeleteFunctionEventInvokeConfig PutFunctionEventInvokeConfig TagResource"
        " UntagResource UpdateFunctionCode UpdateFunctionConfiguration UpdateFunctionEventInvokeConfig"
    ),
    "logs": "CreateLogGroup DeleteLogGroup PutRetentionPolicy TagResource UntagResource",
    "s3": "PutBucketNotification PutBucketPublicAccessBlock PutBucketTagging PutLifecycleConfiguration",
    "scheduler": "CreateSchedule DeleteSchedule UpdateSchedule",
    "secretsmanager": "CreateSecret DeleteSecret TagResource UntagResource UpdateSecret",
    "sns": "CreateTopic DeleteTopic SetTopicAttributes Subscribe TagResource UntagResource",
    "sqs": "CreateQueue DeleteQueue SetQueueAttributes TagQueue UntagQueue",
}
READS_NAMES = "route53:GetHostedZone route53:ListResourceRecordSets route53:ListTagsForResource"
READS_CHECKS = "route53:GetHealthCheck route53:ListTagsForResource"
READS_ROLES = "iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies"
TAGS_SOURCES = "lambda:TagResource lambda:UntagResource"
TABLES_KEY = "alias/aws/dynamodb"
CHANGES_SOURCES = "lambda:CreateEventSourceMapping lambda:DeleteEventSourceMapping lambda:UpdateEventSourceMapping"
# Five ARNs instead of each would not fit into a role, whose inline policies hold 10,240 characters
# (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html); one Deny names the regions instead.
ANY_REGION = "*"


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What the statements are about: ``secret`` is the webhook's name, ``issuer`` whose tokens are taken.

    ``has_names`` says whether Route 53 holds names of the stack: pipelines read those, and a person changes them.
    """

    topology: Topology
    regions: tuple[str, ...]
    secret: str
    issuer: str
    has_names: bool

    def role_name(self, noun: str) -> str:
        """Return the name of a pipeline's role."""
        return self.topology.named(noun)

    def preview(self) -> tuple[Statement, ...]:
        """Return what a preview and the daily look at drift do."""
        own = tuple(self._own("Read", service, reads) for service, reads in READS.items())
        return (*own, *self._looks())

    def deploy(self) -> tuple[Statement, ...]:
        """Return what a rollout does: the same, the change itself, and holding automation back meanwhile."""
        own = tuple(self._own("Change", service, f"{READS[service]} {writes}") for service, writes in WRITES.items())
        to = {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"]}}
        return (
            *own,
            *self._looks(),
            _statement("ChangeAllSubscriptions", "sns:SetSubscriptionAttributes sns:Unsubscribe", ("*",)),
            _statement("ChangeEventSources", CHANGES_SOURCES, ("*",), self._of_own_functions()),
            _statement("TagEventSources", TAGS_SOURCES, self._event_sources()),
            _statement("PassRoles", "iam:PassRole", self._roles(), to),
            *self._hold(),
            _statement("WriteState", "s3:DeleteObject s3:PutObject", (f"{self._state()}/.pulumi/*",)),
            _statement("EncryptState", "kms:GenerateDataKey", self._keys(), self._of_state()),
        )

    def _looks(self) -> tuple[Statement, ...]:
        topology = self.topology
        provider = (topology.identity_provider_arn(self.issuer),)
        pipelines = tuple(topology.role_arn(self.role_name(noun)) for noun in ("preview", "deploy"))
        return (
            # The first two are judged as all of the region's, the third takes no resource.
            _statement(
                "ReadAllListed",
                "cloudwatch:DescribeAlarms logs:DescribeLogGroups sns:GetSubscriptionAttributes",
                ("*",),
            ),
            _statement("ReadEventSources", "lambda:GetEventSourceMapping", ("*",), self._of_own_functions()),
            _statement("ReadTagsOfEventSources", "lambda:ListTags", self._event_sources()),
            # Which key encrypts a table is compared with the one that AWS manages for tables, where there is a copy.
            _statement("SeeTablesKey", "kms:DescribeKey", self._table_keys(), _known_as(TABLES_KEY)),
            *self._names(),
            _statement("ReadRoles", READS_ROLES, (*self._roles(), *pipelines)),
            _statement("ReadIdentityProvider", "iam:GetOpenIDConnectProvider", provider),
            _statement("ListState", "s3:ListBucket", (self._state(),)),
            _statement("ReadState", "s3:GetObject", (f"{self._state()}/.pulumi/*",)),
            _statement("DecryptState", "kms:Decrypt", self._keys(), self._of_state()),
            self._nowhere_else(),
        )

    def _names(self) -> tuple[Statement, ...]:
        if not self.has_names:
            return ()
        # Route 53 makes up the ids of zones and of checks, and has no regions.
        return (
            _statement("ReadNames", READS_NAMES, ("arn:aws:route53:::hostedzone/*",)),
            _statement("ReadChecksOfNames", READS_CHECKS, ("arn:aws:route53:::healthcheck/*",)),
        )

    def _nowhere_else(self) -> Statement:
        """Return what takes back the regions that are not the stack's, where an ARN does not say its region."""
        return Statement(
            sid="NothingInOtherRegions",
            effect="Deny",
            actions=tuple(f"{service}:*" for service in WRITES if service != "s3"),  # buckets say their region
            resources=("*",),
            condition={"StringNotEquals": {"aws:RequestedRegion": list(self.regions)}},
        )

    def _hold(self) -> tuple[Statement, ...]:
        """Return what holds automation back, notes who did it, and tells where tiers stand."""
        topology = self.topology
        control = tuple(topology.table_arn(region, topology.control_table) for region in topology.control_regions)
        read = "dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query"
        return (
            _statement("SeeTiers", read, control, leading_keys("tier#*", "vote#*", "journal#*", "outputs")),
            _statement("HoldTiers", "dynamodb:UpdateItem", control, leading_keys("tier#*")),
            _statement("NoteWhoHeldThem", "dynamodb:BatchWriteItem", control, leading_keys("journal#*")),
            _statement("SeeActiveRegion", "ssm:GetParameter", topology.active_parameter_arns()),
        )

    def _own(self, verb: str, service: str, actions: str) -> Statement:
        """Return the statement about all in a service that bears the stack's name."""
        named = " ".join(f"{service}:{action}" for action in actions.split())
        return _statement(f"{verb}Own{service.capitalize()}", named, self._arns(service))

    def _arns(self, service: str) -> tuple[str, ...]:
        topology = self.topology
        names = (topology.linode_failover_secret, *topology.certificate_secrets)
        secrets = tuple(topology.secret_arn(ANY_REGION, f"{name}-??????") for name in names)
        switches = (f"arn:aws:s3:::{topology.switch_bucket(ANY_REGION)}",) if self.has_names else ()
        return (self._arn(service), *{"s3": switches, "secretsmanager": secrets}.get(service, ()))

    def _arn(self, service: str) -> str:
        topology, aws_region = self.topology, ANY_REGION
        # Secrets Manager adds six characters of its own to a name.
        arns = {
            "cloudwatch": topology.alarm_arn(aws_region, topology.named("*")),
            "dynamodb": topology.table_arn(aws_region, topology.named("*")),
            "lambda": topology.function_arn(aws_region, "*"),
            "logs": topology.log_group_arn(aws_region, "*"),
            "s3": f"arn:aws:s3:::{topology.dead_records_bucket(aws_region)}",
            "scheduler": topology.schedule_arn(aws_region, "*"),
            "secretsmanager": topology.secret_arn(aws_region, f"{self.secret}-??????"),
            "sns": topology.topic_arn(aws_region, "*"),
            "sqs": topology.queue_arn(aws_region, "*"),
        }
        return arns[service]

    def _roles(self) -> tuple[str, ...]:
        return (self.topology.running_role_arns,)

    def _event_sources(self) -> tuple[str, ...]:
        # Tags are judged by the mapping itself, of which no condition tells the function
        # (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html).
        return (self.topology.event_source_arns(ANY_REGION),)

    def _table_keys(self) -> tuple[str, ...]:
        return tuple(self.topology.key_arns(region) for region in self.topology.data_regions)

    def _of_own_functions(self) -> Condition:
        return {"ArnLike": {"lambda:FunctionArn": self.topology.function_arn(ANY_REGION, "*")}}

    def _state(self) -> str:
        return f"arn:aws:s3:::{self.topology.state_bucket(self.topology.home_region)}"

    def _keys(self) -> tuple[str, ...]:
        return (self.topology.key_arns(self.topology.home_region),)

    def _of_state(self) -> Condition:
        return _known_as(self.topology.state_key_alias)


def _known_as(alias: str) -> Condition:
    return {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}


def _statement(sid: str, actions: str, resources: tuple[str, ...], condition: Condition | None = None) -> Statement:
    return Statement(sid=sid, actions=tuple(actions.split()), resources=resources, condition=condition or {})
