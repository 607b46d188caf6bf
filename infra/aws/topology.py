"""Where the control plane is and what everything in it is called.

Names and ARNs come from settings, never from a resource's output, so that no region's part depends on another's.
"""

from dataclasses import dataclass


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

    @property
    def control_table(self) -> str:
        """The control table, the same name in each control region."""
        return self.named("control")

    @property
    def canary_table(self) -> str:
        """The canary table, the same name in both data regions."""
        return self.named("canary")

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

    def _arn(self, service: str, aws_region: str, resource: str) -> str:
        return f"arn:aws:{service}:{aws_region}:{self.account_id}:{resource}"
