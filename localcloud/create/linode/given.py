"""A resource's inputs, which remember what was read of them, nested ones too."""

import re
from collections.abc import Mapping

from evaluation import Value

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def snake(name: str) -> str:
    """Spell a property as the API does: ``client_conn_throttle`` for ``clientConnThrottle``."""
    return CAPITAL.sub("_", name).lower()


def camel(name: str) -> str:
    """Spell a field as the provider's outputs do."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


class Given:
    """The inputs of a resource, or of a part of it; one that is null was not given."""

    def __init__(self, values: Mapping[str, Value], path: str = "") -> None:
        self._values = {name: value for name, value in values.items() if value is not None}
        self._path = path
        self._read: set[str] = set()
        self._parts: list[Given] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self) -> list[str]:
        """Give the names of what was given."""
        return sorted(self._values)

    def value(self, name: str) -> Value:
        """Read an input, None if it was not given."""
        self._read.add(name)
        return self._values.get(name)

    def peek(self, name: str) -> Value:
        """Look at an input without counting it as read."""
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Read an input as text."""
        value = self.value(name)
        return default if value is None else str(value)

    def flag(self, name: str, default: bool) -> bool:
        """Read a yes or no."""
        value = self.value(name)
        return default if value is None else value is True

    def fields(self, *names: str) -> dict[str, Value]:
        """Read those of the inputs that were given, under the API's names."""
        return {snake(name): self.value(name) for name in names if name in self}

    def part(self, name: str) -> "Given":
        """Read a nested input, empty if it was not given."""
        value = self.value(name)
        return self._nested(value if isinstance(value, dict) else {}, f"{self._path}{name}.")

    def parts(self, name: str) -> list["Given"]:
        """Read a list of nested inputs."""
        value = self.value(name)
        items = value if isinstance(value, list) else []
        return [
            self._nested(item, f"{self._path}{name}[{position}].")
            for position, item in enumerate(items)
            if isinstance(item, dict)
        ]

    def unread(self) -> list[str]:
        """Give the paths of what nobody asked for."""
        own = [f"{self._path}{name}" for name in sorted(set(self._values) - self._read)]
        return own + [name for part in self._parts for name in part.unread()]

    def _nested(self, values: Mapping[str, Value], path: str) -> "Given":
        part = Given(values, path)
        self._parts.append(part)
        return part


def outputs(told: Mapping[str, Value], *names: str) -> dict[str, Value]:
    """Give fields of an answer as the provider's outputs are called; a KeyError names what the answer lacks."""
    return {camel(name): told[name] for name in names}
