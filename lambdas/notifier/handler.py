"""Takes pages and alarms from the region's pages queue and tells people."""

import functools
import os
import random
import time

from failover.aws_clients import client
from lambdas.notifier.desk import Desk
from lambdas.notifier.incidents import Incidents
from lambdas.notifier.message import messages_of
from lambdas.notifier.settings import Settings
from lambdas.notifier.slack import Slack


@functools.cache
def desk() -> Desk:
    """Make the tools once per process."""
    settings = Settings.from_env(os.environ)
    secrets = client("secretsmanager", settings.region)
    return Desk(
        stack=settings.stack,
        incidents=Incidents(settings.control_table, client("dynamodb", settings.region), _pause),
        slack=Slack(settings.slack_webhook_secret, secrets),
        sns=client("sns", settings.region),
        alerts_topic_arn=settings.alerts_topic_arn,
    )


def _pause() -> None:
    time.sleep(random.uniform(0.05, 0.2))  # noqa: S311 - jitter of retries


def handle(event: object, _context: object) -> dict[str, list[dict[str, str]]]:
    """Report the messages that were not done with, so that only they come back."""
    messages = messages_of(event)
    failed = [message.id for message in messages if not desk().take(message)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
