"""The accesses that a call needs: which IAM action on which resource.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from localcloud import dynamodb_access
from localcloud.iam import Access
from localcloud.request import Request

EVERYTHING = "*"
RECORD_KEYS = {"Name": "NormalizedRecordNames", "Type": "RecordTypes", "Action": "Actions"}
"""What a change of records is made of, in its XML and in conditions."""


class UnknownOperation(Exception):
    """No rule says which permission the call needs, so nobody limited by a role may make it."""


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What must be looked up to name a resource.

    ``partition_key`` gives a table's key name for (region, table), ``secret_arn`` the ARN for (region, secret id).
    """

    account: str
    partition_key: dynamodb_access.PartitionKey
    secret_arn: Callable[[str, str], str]


def accesses(request: Request, naming: Naming) -> tuple[Access, ...]:
    """Give everything that the caller must be allowed for this call.

    Raises:
        UnknownOperation: the call has no rule here.
    """
    if request.service == "dynamodb":
        needed = dynamodb_access.accesses(request, naming.account, naming.partition_key)
    else:
        rule = RULES.get((request.service, request.operation))
        needed = rule(request, naming) if rule else ()
    if not needed:
        raise UnknownOperation(f"{request.service}:{request.operation} has no permission rule here")
    return needed


Rule = Callable[[Request, Naming], tuple[Access, ...]]


def _on(action: str, resource: Callable[[Request, Naming], str]) -> Rule:
    """Make the rule of an operation on one resource."""

    def rule(request: Request, naming: Naming) -> tuple[Access, ...]:
        return (Access(action=action, resource=resource(request, naming)),)

    return rule


def _param(request: Request, name: str) -> str:
    return str(request.params.get(name, ""))


def _arn(request: Request, naming: Naming, name: str) -> str:
    return f"arn:aws:{request.service}:{request.region}:{naming.account}:{name}"


def _queue(request: Request, naming: Naming) -> str:
    return _arn(request, naming, (_param(request, "QueueUrl") or _param(request, "QueueName")).rpartition("/")[2])


def _topic(request: Request, _naming: Naming) -> str:
    return _param(request, "TopicArn") or _param(request, "TargetArn")


def _function(request: Request, naming: Naming) -> str:
    name = _param(request, "FunctionName")
    return name if name.startswith("arn:") else _arn(request, naming, f"function:{name}")


def _secret(request: Request, naming: Naming) -> str:
    return naming.secret_arn(request.region, _param(request, "SecretId"))


def _log_stream(request: Request, naming: Naming) -> str:
    group, stream = _param(request, "logGroupName"), _param(request, "logStreamName")
    return _arn(request, naming, f"log-group:{group}:log-stream:{stream}")


def _schedule(request: Request, naming: Naming) -> str:
    group = _param(request, "groupName") or "default"
    return _arn(request, naming, f"schedule/{group}/{_param(request, 'Name')}")


def _alarms(request: Request, naming: Naming) -> str:
    """Asking for alarms, by whatever, is taken for asking for all of the region's: the harsher reading."""
    return _arn(request, naming, "alarm:*")


def _parameter(request: Request, naming: Naming) -> str:
    name = _param(request, "Name")
    return name if name.startswith("arn:") else _arn(request, naming, f"parameter/{name.lstrip('/')}")


def _stream(request: Request, _naming: Naming) -> str:
    """Name a stream; an iterator begins with the ARN of the stream that it reads."""
    return _param(request, "StreamArn") or _param(request, "ShardIterator").partition("|")[0]


def _mapping(request: Request, naming: Naming) -> str:
    return _arn(request, naming, f"event-source-mapping:{_param(request, 'UUID')}")


def _bucket(request: Request, _naming: Naming) -> str:
    return f"arn:aws:s3:::{_param(request, 'Bucket')}"


def _object(request: Request, naming: Naming) -> str:
    return f"{_bucket(request, naming)}/{_param(request, 'Key')}"


def _key(request: Request, naming: Naming) -> str:
    name = _param(request, "KeyId")
    return name if name.startswith("arn:") else _arn(request, naming, f"key/{name}")


def _assumed(request: Request, _naming: Naming) -> tuple[Access, ...]:
    """Taking a role with tags is two permissions."""
    actions = ("sts:AssumeRole", "sts:TagSession") if "Tags.member.1.Key" in request.params else ("sts:AssumeRole",)
    return tuple(Access(action=action, resource=_param(request, "RoleArn")) for action in actions)


def _change(request: Request, _naming: Naming) -> str:
    return f"arn:aws:route53:::change/{_param(request, 'Id').rpartition('/')[2]}"


def _record_change(request: Request, _naming: Naming) -> tuple[Access, ...]:
    """Give a change of records with the keys that conditions may ask for.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    """
    found = {tag: tuple(re.findall(rf"<{tag}>([^<]*)</{tag}>", request.body.decode())) for tag in RECORD_KEYS}
    names = tuple(name.lower().rstrip(".") for name in found["Name"])
    told = {**found, "Name": names}
    action = "route53:ChangeResourceRecordSets"
    context = {f"{action}{key}".lower(): tuple(sorted(set(told[tag]))) for tag, key in RECORD_KEYS.items()}
    zone = f"arn:aws:route53:::hostedzone/{_param(request, 'Id').rpartition('/')[2]}"
    return (Access(action=action, resource=zone, context=context),)


def _everything(_request: Request, _naming: Naming) -> str:
    return EVERYTHING


def _rules(
    service: str, resource: Callable[[Request, Naming], str], *operations: str
) -> Mapping[tuple[str, str], Rule]:
    """Make the rules of operations whose action is spelled like them."""
    return {(service, operation): _on(f"{service}:{operation}", resource) for operation in operations}


RULES: Mapping[tuple[str, str], Rule] = {
    **_rules("sqs", _queue, "GetQueueAttributes", "GetQueueUrl"),
    **_rules("sns", _topic, "Publish", "ListSubscriptionsByTopic"),
    ("lambda", "Invoke"): _on("lambda:InvokeFunction", _function),
    **_rules("lambda", _function, "GetFunction", "GetFunctionConfiguration", "GetFunctionConcurrency"),
    **_rules("lambda", _everything, "GetAccountSettings", "ListEventSourceMappings"),
    **_rules("lambda", _mapping, "GetEventSourceMapping", "UpdateEventSourceMapping"),
    **{
        ("dynamodbstreams", operation): _on(f"dynamodb:{operation}", _stream)
        for operation in ("DescribeStream", "GetRecords", "GetShardIterator")
    },
    **_rules("s3", _object, "GetObject", "PutObject", "DeleteObject"),
    ("s3", "HeadObject"): _on("s3:GetObject", _object),
    ("s3", "ListObjectsV2"): _on("s3:ListBucket", _bucket),
    **_rules("scheduler", _schedule, "GetSchedule"),
    **_rules("ssm", _parameter, "GetParameter", "PutParameter"),
    **_rules("secretsmanager", _secret, "GetSecretValue", "DescribeSecret", "PutSecretValue"),
    **_rules("kms", _key, "Sign"),
    ("sts", "AssumeRole"): _assumed,
    ("route53", "ChangeResourceRecordSets"): _record_change,
    **_rules("route53", _change, "GetChange"),
    **_rules("logs", _log_stream, "CreateLogStream", "PutLogEvents"),
    **_rules("cloudwatch", _alarms, "DescribeAlarms"),
}
"""The calls that functions and nodes make with their roles.

What Lambda does with one, such as reading a queue, needs no rule."""
