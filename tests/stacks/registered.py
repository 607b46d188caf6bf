"""Ways to look at an evaluation's registrations that several tests share."""

import json
from collections.abc import Iterator, Mapping

from evaluation import Evaluation, Registration, Value

TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
QUEUE = "aws:sqs/queue:Queue"
BUCKET = "aws:s3/bucket:Bucket"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SECRET = "aws:secretsmanager/secret:Secret"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
PROVIDER = "pulumi:providers:aws"


def of_type(evaluation: Evaluation, type_: str) -> list[Registration]:
    """Return the registrations of a type."""
    return [one for one in evaluation.registrations if one.type == type_]


def at(value: Value | Mapping[str, Value], *path: str) -> Value:
    """Return what is at a path of nested inputs."""
    for part in path:
        assert isinstance(value, Mapping), f"{path} leads into {value!r}"
        value = value[part]
    return value if not isinstance(value, Mapping) else dict(value)


def items(value: Value | Mapping[str, Value]) -> list[Value]:
    """Return a list inside nested inputs."""
    assert isinstance(value, list)
    return value


def text(value: Value | Mapping[str, Value], *path: str) -> str:
    """Return the text at a path of nested inputs."""
    found = at(value, *path)
    assert isinstance(found, str), f"{path} is {found!r}"
    return found


def texts(value: Value | Mapping[str, Value]) -> Iterator[str]:
    """Yield every text inside nested inputs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def statements(policy: Registration) -> list[dict[str, object]]:
    """Return the statements of a role's policy."""
    found: list[dict[str, object]] = json.loads(text(policy.inputs, "policy"))["Statement"]
    return found


def named(evaluation: Evaluation, type_: str) -> set[tuple[str, str]]:
    """Return region and physical name of everything of a type; a table also where its replicas are."""
    found = {(one.region, str(one.inputs["name"])) for one in of_type(evaluation, type_)}
    return found | {place for one in of_type(evaluation, type_) for place in replicas(one)}


def replicas(one: Registration) -> set[tuple[str, str]]:
    """Return region and name of a table's replicas."""
    given = items(one.inputs.get("replicas", []))
    return {(text(replica, "regionName"), str(one.inputs["name"])) for replica in given}


def known(evaluation: Evaluation) -> dict[str, object]:
    """Return the outputs but for functions' addresses, keys' ARNs, a zone's id and name servers: AWS makes those up."""
    told = dict(at(evaluation.outputs, "lifeboat"))  # type: ignore[arg-type]
    enrolment, traffic = told.pop("enrolment"), dict(at(told, "traffic"))  # type: ignore[arg-type]
    assert set(enrolment) == {"urls", "authorities"}  # type: ignore[arg-type]
    assert {"zoneId", "nameServers"} <= set(traffic)
    told["traffic"] = {name: value for name, value in traffic.items() if name not in ("zoneId", "nameServers")}
    return {**evaluation.outputs, "lifeboat": told}
