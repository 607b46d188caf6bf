"""One declared resource on its way to being real: its inputs, and calls to the services of its region."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

from evaluation import Registration, Value

Call: TypeAlias = Callable[[str, str, str, Mapping[str, object]], Mapping[str, object]]
"""Calls an operation: service, region, operation in snake_case, parameters; returns the answer."""

Outputs: TypeAlias = Mapping[str, Value]
Created: TypeAlias = tuple[str, Outputs]


class Unsupported(Exception):
    """The program declares something that the embedded cloud cannot make."""


class Inputs(Mapping[str, Value]):
    """A resource's inputs that remember which of them were read."""

    def __init__(self, given: Mapping[str, Value]) -> None:
        self._given = given
        self._read: set[str] = set()

    def __getitem__(self, name: str) -> Value:
        value = self._given[name]
        self._read.add(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def unread(self) -> list[str]:
        """Return the inputs that nobody asked for."""
        return sorted(set(self._given) - self._read)


@dataclass(frozen=True, kw_only=True)
class Creation:
    """What a creator works with."""

    registration: Registration
    inputs: Inputs
    call_service: Call
    endpoint: str

    @classmethod
    def of(cls, registration: Registration, call_service: Call, endpoint: str) -> Self:
        """Begin with nothing read; ``endpoint`` is the cloud's."""
        inputs = Inputs(registration.inputs)
        return cls(registration=registration, inputs=inputs, call_service=call_service, endpoint=endpoint)

    @property
    def region(self) -> str:
        """Return the AWS region in which the resource is declared."""
        return self.registration.region

    @property
    def name(self) -> str:
        """Return the physical name; one that was not given is the logical one with a suffix, the same in every run."""
        suffix = hashlib.sha256(self.registration.urn.encode()).hexdigest()[:7]
        return str(self.inputs.get("name") or f"{self.registration.name}-{suffix}")

    def text(self, name: str) -> str:
        """Return an input as text, "" if it was not given."""
        value = self.inputs.get(name)
        return "" if value is None else str(value)

    def block(self, name: str) -> Mapping[str, Value]:
        """Return a nested input, empty if it was not given."""
        value = self.inputs.get(name)
        return value if isinstance(value, dict) else {}

    def blocks(self, name: str) -> list[Mapping[str, Value]]:
        """Return a list of nested inputs."""
        value = self.inputs.get(name)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def call(self, service: str, operation: str, **parameters: object) -> Mapping[str, object]:
        """Call a service of the resource's own region, leaving out what is None."""
        return self.call_in(self.region, service, operation, **parameters)

    def call_in(self, region: str, service: str, operation: str, **parameters: object) -> Mapping[str, object]:
        """Call a service of another region."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return self.call_service(service, region, operation, given)

    def given(self, *names: str) -> dict[str, object]:
        """Return the named inputs that were given, in the API's spelling."""
        return {capitalised(name): api(self.inputs[name]) for name in names if self.inputs.get(name) is not None}


Creator: TypeAlias = Callable[[Creation], Created]


def api(value: Value) -> object:
    """Return a value with its property names as the AWS API spells them: ``maximumRetryAttempts`` capitalised."""
    if isinstance(value, dict):
        return {capitalised(name): api(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [api(item) for item in value]
    return value


def capitalised(name: str) -> str:
    """Capitalise the first letter only."""
    return name[:1].upper() + name[1:]


def field(answer: Mapping[str, object], *path: str) -> str:
    """Read one text from an answer; a KeyError names what it lacks."""
    value: object = answer
    for name in path:
        value = (value if isinstance(value, Mapping) else {})[name]
    return str(value)
