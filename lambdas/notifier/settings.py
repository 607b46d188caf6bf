"""What the notifier is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import required


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``slack_webhook_secret`` is the secret's name; whether it has a value is up to people."""

    region: str
    stack: str
    control_table: str
    alerts_topic_arn: str
    slack_webhook_secret: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables.

        Raises:
            Misconfigured: naming the first that is missing.
        """
        return cls(
            region=required(environ, "AWS_REGION"),
            stack=required(environ, "STACK"),
            control_table=required(environ, "CONTROL_TABLE"),
            alerts_topic_arn=required(environ, "ALERTS_TOPIC_ARN"),
            slack_webhook_secret=required(environ, "SLACK_WEBHOOK_SECRET"),
        )
