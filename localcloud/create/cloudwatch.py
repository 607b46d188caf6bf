"""Log groups and alarms."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator

SETTINGS = (
    "alarmActions",
    "okActions",
    "insufficientDataActions",
    "actionsEnabled",
    "alarmDescription",
    "comparisonOperator",
    "datapointsToAlarm",
    "evaluationPeriods",
    "metricName",
    "namespace",
    "period",
    "statistic",
    "threshold",
    "treatMissingData",
    "unit",
)
# The provider's okActions is OKActions in the API.
SPELLED = {"OkActions": "OKActions"}


def log_group(creation: Creation) -> Created:
    """Create a log group."""
    creation.call("logs", "create_log_group", logGroupName=creation.name)
    if creation.inputs.get("retentionInDays"):
        days = creation.inputs["retentionInDays"]
        creation.call("logs", "put_retention_policy", logGroupName=creation.name, retentionInDays=days)
    arn = f"arn:aws:logs:{creation.region}:{_account(creation)}:log-group:{creation.name}"
    return creation.name, {"name": creation.name, "arn": arn}


def metric_alarm(creation: Creation) -> Created:
    """Create an alarm on one metric."""
    dimensions = [{"Name": name, "Value": value} for name, value in sorted(creation.block("dimensions").items())]
    given = {SPELLED.get(name, name): value for name, value in creation.given(*SETTINGS).items()}
    creation.call("cloudwatch", "put_metric_alarm", AlarmName=creation.name, Dimensions=dimensions, **given)
    arn = f"arn:aws:cloudwatch:{creation.region}:{_account(creation)}:alarm:{creation.name}"
    return creation.name, {"name": creation.name, "arn": arn}


def _account(creation: Creation) -> str:
    return str(creation.call("sts", "get_caller_identity")["Account"])


CREATORS: Mapping[str, Creator] = {
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": metric_alarm,
}
