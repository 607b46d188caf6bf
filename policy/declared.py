"""What a stack declares, and ways to read it that take the unknown and the absent alike: as nothing."""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evaluation import UNKNOWN, Registration, Value

FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
QUEUE = "aws:sqs/queue:Queue"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
SCHEDULE = "aws:scheduler/schedule:Schedule"
SECRET = "aws:secretsmanager/secret:Secret"  # noqa: S105 - a type
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
INSTANCE = "linode:index/instance:Instance"
PROVIDER = "pulumi:providers:"

ARN = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9*-]*:\d*:[^\"\s]+")
AWS_REGION = re.compile(r"(?<![a-z0-9])[a-z]{2}(?:-gov|-iso[a-z]?)?-(?:[a-z]+)-\d(?![a-z0-9])")
Inputs = Value | Mapping[str, Value]
Place = tuple[str, str]
"""A region, and the physical name of something in it."""


@dataclass(frozen=True)
class Declared:
    """The registrations of one stack, with what rules look up again and again."""

    registrations: tuple[Registration, ...]

    @functools.cached_property
    def by_urn(self) -> Mapping[str, Registration]:
        """Return the registrations by URN."""
        return {one.urn: one for one in self.registrations}

    @functools.cached_property
    def _by_type(self) -> Mapping[str, list[Registration]]:
        types: dict[str, list[Registration]] = defaultdict(list)
        for one in self.registrations:
            types[one.type].append(one)
        return types

    def of_type(self, *types: str) -> Iterator[Registration]:
        """Yield the registrations of some types."""
        for type_ in types:
            yield from self._by_type.get(type_, [])

    @functools.cached_property
    def _places(self) -> Mapping[str, set[Place]]:
        found: dict[str, set[Place]] = defaultdict(set)
        for one in self.registrations:
            found[one.type] |= set(places(one))
        return found

    def has(self, type_: str, place: Place) -> bool:
        """Say whether a type is declared at a place; a table is also where its replicas are."""
        return place in self._places.get(type_, set())


def at(value: Inputs, *path: str) -> Inputs:
    """Return what is at a path of nested inputs, or None; a list stands for its first element."""
    for part in path:
        inner = value[0] if isinstance(value, list) and value else value
        value = inner.get(part) if isinstance(inner, Mapping) else inner if inner == UNKNOWN else None
    return value


def text(one: Registration, *path: str) -> str:
    """Return the text at a path; empty if there is none or it is unknown."""
    found = at(one.inputs, *path)
    return found if isinstance(found, str) and found != UNKNOWN else ""


def number(one: Registration, *path: str) -> float | None:
    """Return the number at a path."""
    found = at(one.inputs, *path)
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def lacks(value: Inputs, *path: str) -> bool:
    """Say that there is nothing at a path, or false or an empty value; what is unknown is there."""
    return not at(value, *path)


def items(value: Inputs, *path: str) -> list[Value]:
    """Return the list at a path; empty if there is none or it is unknown."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def texts(value: Inputs, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every known text inside nested inputs with its dotted path."""
    if isinstance(value, str) and value != UNKNOWN:
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from texts(item, f"{path}.{position}")


def environment(function: Registration) -> dict[str, str]:
    """Return the known variables of a function's environment."""
    found = at(function.inputs, "environment", "variables")
    return dict(texts(found)) if isinstance(found, Mapping) else {}


def arns(value: Inputs) -> set[str]:
    """Return every ARN inside nested inputs, in JSON documents too."""
    return {found.rstrip("\\") for _, one in texts(value) for found in ARN.findall(one)}


def place(arn: str) -> Place:
    """Return region and name of what an ARN names."""
    parts = arn.split(":")
    return (parts[3], re.split("[:/]", parts[-1])[-1]) if len(parts) > 5 else ("", "")


def places(one: Registration) -> Iterator[Place]:
    """Yield where a resource can be found under its physical name."""
    name = text(one, "name")
    yield one.region, name
    for replica in items(one.inputs, "replicas"):
        region = at(replica, "regionName")
        yield str(region), name


def needs(one: Registration) -> set[str]:
    """Return the URNs of whatever must exist before a resource can be made or changed."""
    by_property: Iterable[str] = (urn for urns in one.property_dependencies.values() for urn in urns)
    return {one.parent, one.provider, *one.dependencies, *by_property} - {""}
