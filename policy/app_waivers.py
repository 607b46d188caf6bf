"""What of the application tier, its name and its nodes' credentials the rules are told to let pass."""

from policy.waiver import Waiver

APP_WAIVERS: tuple[Waiver, ...] = (
    Waiver(
        rule="dependency-out-of-a-region",
        resource="authority-*-aws-*-key",
        reason="KMS makes replicas of a key alone; excluded with its region, that keeps its outputs, and replicas sign",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="authority-*-aws-*-key",
        reason="a replica is made of the key in the home region, once; it needs it for nothing that it signs",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="node-aws-*-policy",
        reason="IAM is one for all regions, and a node asks whichever control region answers",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="node-aws-*-policy",
        subject="ReadPoolSecrets",
        reason="a session's tag says which pool's; what it is called below that is the application's",
    ),
    Waiver(
        rule="open-trust",
        resource="enrolment-aws-*-url",
        reason="new machines have no credentials yet: the function gives them some, and judges each request itself",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="*-firewall-linode-*-rules",
        subject="database-*-linode-*-address",
        reason="members of two sites reach each other by addresses that Linode gives; an excluded one keeps its output",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="web-firewall-linode-*-rules",
        subject="web-*-linode-*-address",
        reason="files go from site to site by addresses that Linode gives; an excluded one keeps its output",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="linode-user-*",
        subject="*-linode-*",
        reason="grants are to single machines, whose numbers Linode gives; an excluded one keeps its output",
    ),
    Waiver(
        rule="secret-output",
        resource="database-linode-*-cluster",
        reason="Linode gives a managed database its root password; who chooses that operator has it in the state",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="switch-check-aws-*-reads-*",
        reason="Route 53's checkers read it, not the region that declares the check; a dark one leaves it healthy",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="failover-orchestrator-aws-*-function",
        subject="traffic-aws-*-zone",
        reason="Route 53 makes up a zone's id, one for all regions; excluded with its region, the zone keeps it",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="traffic-names-aws-*",
        subject="*-linode-*",
        reason="a name leads to the sites' addresses, which they keep while they are excluded",
    ),
    Waiver(
        rule="recovery-left-behind",
        resource="certificate-aws-*-keeper-policy",
        subject="arn:aws:secretsmanager:*",
        reason="one region renews for all three; no plan waits for it, and a dark one gets it from the next run",
    ),
    Waiver(
        rule="cross-region-arn",
        resource="certificate-aws-*-keeper-policy",
        subject="arn:aws:secretsmanager:*",
        reason="one region renews for all three; no plan waits for it, and a dark one gets it from the next run",
    ),
    Waiver(
        rule="dependency-out-of-a-region",
        resource="certificate-aws-*-keeper-*",
        subject="traffic-aws-*-zone",
        reason="Route 53 makes up a zone's id and is in no region; excluded, the zone keeps its outputs",
    ),
    Waiver(
        rule="wildcard-permission",
        resource="certificate-aws-*-keeper-policy",
        subject="AwaitProofs",
        reason="Route 53 makes up the ids of changes, and what one tells is whether it is done",
    ),
    Waiver(
        rule="no-dead-letters-of-invocations",
        resource="certificate-aws-*",
        reason="another region's look comes within eight hours, and a failed one is an alarm",
    ),
)
