"""Ids and outputs of the right shape for resources that nobody creates, the same in every run."""

import hashlib
from collections.abc import Mapping

from evaluation.registration import UNKNOWN, Registration, Value

GROWING = frozenset({"replicas", "interfaces", "vpc", "vpcs"})
"""Inputs to whose parts a provider adds outputs."""

# What comes before the name in the last part of an ARN, where it is not the name alone.
ARN_KINDS = {
    "table": "table/",
    "role": "role/",
    "key": "key/",
    "replicaKey": "key/",
    "function": "function:",
    "secret": "secret:",
    "schedule": "schedule/default/",
}


def made_up(one: Registration, account: str) -> tuple[str, Mapping[str, Value]]:
    """Return an id and outputs; ``account`` is the AWS account that ARNs name."""
    return _linode(one) if one.type.startswith("linode:") else _aws(one, account)


def unknown(one: Registration) -> tuple[str, Mapping[str, Value]]:
    """Return what a preview knows: the inputs that are known; what is not there, or gets more when made, is unknown."""
    return "", {name: value for name, value in one.inputs.items() if name not in GROWING and _is_known(value)}


def _is_known(value: Value) -> bool:
    if isinstance(value, list | dict):
        return all(_is_known(part) for part in (value.values() if isinstance(value, dict) else value))
    return value != UNKNOWN


def _aws(one: Registration, account: str) -> tuple[str, Mapping[str, Value]]:
    """Make ARNs up; a name that was not given is the logical one."""
    name, service = str(one.inputs.get("name", one.name)), one.type.split(":")[1].partition("/")
    region = "" if service[0] == "iam" else one.region
    path = str(one.inputs.get("path", "/")).removeprefix("/")
    arn = f"arn:aws:{service[0]}:{region}:{account}:{ARN_KINDS.get(service[2], '')}{path}{name}"
    url = f"https://sqs.{region}.amazonaws.com/{account}/{name}"
    outputs: dict[str, Value] = {"name": name, "arn": arn, "url": url, "streamArn": f"{arn}/stream/made-up"}
    outputs["functionUrl"] = f"https://{name}.lambda-url.{region}.on.aws/"
    servers: dict[str, Value] = {"nameServers": [f"ns-{number}.made-up.example" for number in range(4)]}
    return name, {**one.inputs, **outputs, **_replicas(one, arn), **(servers if service[0] == "route53" else {})}


def _replicas(one: Registration, arn: str) -> Mapping[str, Value]:
    """Return a table's replicas with what DynamoDB adds to each: a stream of its own."""
    given = one.inputs.get("replicas")
    if not isinstance(given, list):
        return {}
    replicas = [replica for replica in given if isinstance(replica, dict)]
    arns = [arn.replace(f":{one.region}:", f":{replica['regionName']}:") for replica in replicas]
    streams = [f"{arn}/stream/made-up" for arn in arns]
    return {"replicas": [{**replica, "streamArn": stream} for replica, stream in zip(replicas, streams, strict=True)]}


def _linode(one: Registration) -> tuple[str, Mapping[str, Value]]:
    """Make numbers, addresses and hosts up: of each type those that it has are read."""
    number = _number(one.urn)
    ipv4 = f"198.{18 + number % 2}.{number // 2 % 256}.{number // 512 % 253 + 2}"  # RFC 2544: a range for tests
    private = f"192.168.{128 + number % 128}.{number // 512 % 253 + 2}" if one.inputs.get("privateIp") else ""
    ipv6, host = f"2001:db8::{number >> 16:x}:{number & 0xFFFF:x}", f"{one.name}.made-up.example"
    instance = one.type == "linode:index/instance:Instance"
    outputs: dict[str, Value] = {
        **dict.fromkeys(("address", "ipAddress", "ipv4"), ipv4),
        **dict.fromkeys(("hostname", "endpoint", "hostPrimary", "hostSecondary", "hostStandby"), host),
        "ipv4s": [each for each in (ipv4, private) if each],
        "privateIpAddress": private,
        "ipv6": f"{ipv6}/128" if instance else ipv6,
        "label": one.name,
    }
    return _linode_id(one, number, ipv4), {**outputs, **one.inputs, **_interfaces(one, number), **_ranges(one)}


def _number(urn: str) -> int:
    return 10_000_000 + int.from_bytes(hashlib.sha256(urn.encode()).digest()[:8]) % 90_000_000


def _linode_id(one: Registration, number: int, ipv4: str) -> str:
    """Return an id as the provider spells it: a number, but for what is known by something else."""
    given = {name: str(value) for name, value in one.inputs.items()}
    match one.type.rpartition(":")[2]:
        case "ReservedIp" | "InstanceIp" | "ReservedIpAssignment":
            return given.get("address", ipv4)
        case "InstanceSharedIps":
            return given["linodeId"]
        case "ObjectStorageBucket":
            return f"{given['region']}:{given['label']}"
        case "User":
            return given["username"]
    return str(number)


def _interfaces(one: Registration, number: int) -> Mapping[str, Value]:
    """Return the interfaces of a configuration profile, each with a number. Those of a firewall are numbers already."""
    given = one.inputs.get("interfaces")
    if not isinstance(given, list):
        return {}
    return {
        "interfaces": [{**each, "id": number + at} if isinstance(each, dict) else each for at, each in enumerate(given)]
    }


def _ranges(one: Registration) -> Mapping[str, Value]:
    """Return the subnets of a NodeBalancer, each with the range that it takes there."""
    given = one.inputs.get("vpcs")
    if not isinstance(given, list):
        return {}
    return {"vpcs": [{"ipv4Range": "10.255.0.0/30", **each} for each in given if isinstance(each, dict)]}
