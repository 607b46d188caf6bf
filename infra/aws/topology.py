"""Where the control plane is and what everything in it is called.

Names and ARNs come from settings, never from a resource's output, so that no region's part depends on another's.
"""

from dataclasses import dataclass

SWITCH = "switch"
SWITCH_KEY = "switch/app.json"  # as failover/switch.py says, which infra names by path only


@dataclass(frozen=True, kw_only=True)
class Topology:
    """One stack in one account: its regions, its physical names, the ARNs that follow from both."""

    stack: str
    account_id: str
    control_regions: tuple[str, ...]
    primary_region: str
    secondary_region: str

    @property
    def data_regions(self) -> tuple[str, str]:
        """Primary and secondary, in this order."""
        return self.primary_region, self.secondary_region

    def sites_from(self, aws_region: str) -> tuple[str, str]:
        """Name the site that a data region is, and the other one."""
        return ("primary", "secondary") if aws_region == self.primary_region else ("secondary", "primary")

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region that the stack has something in, sorted."""
        return tuple(sorted({*self.control_regions, *self.data_regions}))

    @property
    def control_table(self) -> str:
        """The control table, the same name in each control region."""
        return self.named("control")

    @property
    def canary_table(self) -> str:
        """The canary table, the same name in both data regions."""
        return self.named("canary")

    @property
    def home_region(self) -> str:
        """The control region that declares the control table and keeps Pulumi's state.

        One without application data, if there is one: losing a data region must not take these along.
        """
        return next(
            (region for region in self.control_regions if region not in self.data_regions), self.control_regions[0]
        )

    @property
    def state_replica_region(self) -> str:
        """Where Pulumi's state is replicated to: another control region, and not the primary if it can be helped."""
        others = [region for region in self.control_regions if region != self.home_region]
        return next((region for region in others if region != self.primary_region), others[0])

    def state_bucket(self, aws_region: str) -> str:
        """Return the bucket that holds Pulumi's state, or its copy, in a region; S3's names are everybody's."""
        return f"{self.named('state')}-{self.account_id}-{aws_region}"

    def dead_records_bucket(self, aws_region: str) -> str:
        """Return the bucket that keeps what a region's replicators could not carry over."""
        return f"{self.named('dead-records')}-{self.account_id}-{aws_region}"

    def files_bucket(self, linode_region: str) -> str:
        """Return the bucket at Linode that keeps the files of the site in a region; its names are everybody's."""
        return f"{self.named('files')}-{self.account_id}-{linode_region}"

    @property
    def linode_failover_secret(self) -> str:
        """The secret that holds the token of Linode's user for failovers, in each control region."""
        return f"lifeboat/{self.stack}/linode-failover-token"

    @property
    def certificate_secrets(self) -> tuple[str, ...]:
        """The secrets of who keeps the name's certificate, in each control region; which of them depends on how."""
        nouns = ("site-certificate", "acme-account", "linode-dns-token")
        return tuple(f"lifeboat/{self.stack}/{noun}" for noun in nouns)

    def switch_bucket(self, aws_region: str) -> str:
        """Return the bucket of a control region that anybody may read the switch in; a name without dots has TLS."""
        return f"{self.named(SWITCH)}-{self.account_id}-{aws_region}"

    def switch_host(self, aws_region: str) -> str:
        """Return the host that serves a control region's switch, with nothing outside that region in between."""
        return f"{self.switch_bucket(aws_region)}.s3.{aws_region}.amazonaws.com"

    def switch_bucket_arns(self) -> tuple[str, ...]:
        """Return the ARN of the switch's bucket in each control region."""
        return tuple(f"arn:aws:s3:::{self.switch_bucket(region)}" for region in self.control_regions)

    def switch_object_arns(self) -> tuple[str, ...]:
        """Return the ARN of the switch in each control region."""
        return tuple(f"{bucket}/{SWITCH_KEY}" for bucket in self.switch_bucket_arns())

    @property
    def inbox_table(self) -> str:
        """The table of events that the application took and has not applied yet, the same in each control region."""
        return self.named("inbox")

    def other_data_region(self, aws_region: str) -> str:
        """Return the data region that is not this one."""
        return self.secondary_region if aws_region == self.primary_region else self.primary_region

    @property
    def state_key_alias(self) -> str:
        """The alias of the key that encrypts Pulumi's state, the same in both regions."""
        return f"alias/{self.named('state')}"

    @property
    def node_role(self) -> str:
        """The role whose sessions are the nodes' credentials; only enrolment functions take it."""
        return self.named("node")

    @property
    def node_role_arn(self) -> str:
        """The ARN of the nodes' role, which is below the path of all that run."""
        return f"arn:aws:iam::{self.account_id}:role{self.role_path}{self.node_role}"

    @property
    def linode_enrolment_secret(self) -> str:
        """The secret that holds the token by which enrolments ask Linode, in each control region."""
        return f"lifeboat/{self.stack}/linode-enrolment-token"

    def node_secrets(self, pool: str) -> str:
        """Return the beginning of the names of the secrets that a pool's nodes read."""
        return f"lifeboat/{self.stack}/node/{pool}/"

    @property
    def active_parameter(self) -> str:
        """The SSM parameter that names the active region; run time creates it in each control region."""
        return f"/lifeboat/{self.stack}/data/active-region"

    def named(self, noun: str) -> str:
        """Return the physical name of something that others look up."""
        return f"lifeboat-{self.stack}-{noun}"

    def table_arn(self, aws_region: str, name: str) -> str:
        """Return a table's ARN."""
        return self._arn("dynamodb", aws_region, f"table/{name}")

    def table_arns_in_data_regions(self, name: str) -> tuple[str, ...]:
        """Return the ARNs of both replicas of an application or canary table."""
        return tuple(self.table_arn(region, name) for region in self.data_regions)

    def active_parameter_arns(self) -> tuple[str, ...]:
        """Return the ARN of the parameter in each control region."""
        return tuple(self._arn("ssm", region, f"parameter{self.active_parameter}") for region in self.control_regions)

    def function_arn(self, aws_region: str, noun: str) -> str:
        """Return a function's ARN."""
        return self._arn("lambda", aws_region, f"function:{self.named(noun)}")

    def event_source_arns(self, aws_region: str) -> str:
        """Return the ARN that stands for every event source mapping of a region: Lambda makes up their names."""
        return self._arn("lambda", aws_region, "event-source-mapping:*")

    def topic_arn(self, aws_region: str, noun: str) -> str:
        """Return a topic's ARN."""
        return self._arn("sns", aws_region, self.named(noun))

    def queue_arn(self, aws_region: str, noun: str) -> str:
        """Return a queue's ARN."""
        return self._arn("sqs", aws_region, self.named(noun))

    def schedule_arn(self, aws_region: str, noun: str) -> str:
        """Return the ARN of a schedule of the default group."""
        return self._arn("scheduler", aws_region, f"schedule/default/{self.named(noun)}")

    def alarm_arn(self, aws_region: str, name: str) -> str:
        """Return an alarm's ARN."""
        return self._arn("cloudwatch", aws_region, f"alarm:{name}")

    def secret_arn(self, aws_region: str, name: str) -> str:
        """Return a secret's ARN."""
        return self._arn("secretsmanager", aws_region, f"secret:{name}")

    def log_group_arn(self, aws_region: str, noun: str) -> str:
        """Return the ARN of a function's log group."""
        return self._arn("logs", aws_region, f"log-group:{self.log_group(noun)}")

    def log_group(self, noun: str) -> str:
        """Return the name of the log group that Lambda writes a function's output to."""
        return f"/aws/lambda/{self.named(noun)}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role without a path."""
        return f"arn:aws:iam::{self.account_id}:role/{name}"

    @property
    def role_path(self) -> str:
        """The path of every role that runs. Names are made up, so whoever may pass these is told them by their path."""
        return f"/lifeboat/{self.stack}/"

    @property
    def running_role_arns(self) -> str:
        """The ARN that stands for every role of this stack that runs, and for none of another stack's."""
        return f"arn:aws:iam::{self.account_id}:role{self.role_path}*"

    def identity_provider_arn(self, issuer: str) -> str:
        """Return the ARN of an identity provider; an account has at most one of an issuer."""
        return f"arn:aws:iam::{self.account_id}:oidc-provider/{issuer}"

    def key_arn(self, aws_region: str, key_id: str) -> str:
        """Return the ARN of a KMS key; a multi-Region one has the same id in each region."""
        return self._arn("kms", aws_region, f"key/{key_id}")

    def key_arns(self, aws_region: str) -> str:
        """Return the ARN that stands for every KMS key of a region: KMS makes up their names."""
        return self._arn("kms", aws_region, "key/*")

    def _arn(self, service: str, aws_region: str, resource: str) -> str:
        return f"arn:aws:{service}:{aws_region}:{self.account_id}:{resource}"
