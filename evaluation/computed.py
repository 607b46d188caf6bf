"""Outputs that a provider would compute, made up from the inputs for evaluations that create nothing."""

from collections.abc import Mapping

from evaluation.registration import Registration, Value

ARNS = {
    "aws:cloudwatch/logGroup:LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    "aws:dynamodb/table:Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "aws:iam/role:Role": "arn:aws:iam::{account}:role/{name}",
    "aws:lambda/function:Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "aws:scheduler/schedule:Schedule": "arn:aws:scheduler:{region}:{account}:schedule/default/{name}",
    "aws:secretsmanager/secret:Secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-a1B2c3",
    "aws:sns/topic:Topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws:sqs/queue:Queue": "arn:aws:sqs:{region}:{account}:{name}",
}


def computed(registration: Registration, account: str) -> tuple[str, Mapping[str, Value]]:
    """Return an id and outputs of the right shape; a name that was not given is the logical one."""
    name = registration.inputs.get("name") or registration.name
    place = {"region": registration.region, "account": account, "name": name}
    arn = ARNS.get(registration.type, "arn:aws:unknown:{region}:{account}:{name}").format(**place)
    url = f"https://sqs.{registration.region}.amazonaws.com/{account}/{name}"
    return str(name), {**registration.inputs, "name": name, "arn": arn, "url": url}
