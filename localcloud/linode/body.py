"""Reads what a caller sent, a field at a time."""

import json
from collections.abc import Collection, Mapping
from typing import Self

from localcloud.linode.json_values import Json
from localcloud.linode.refusals import invalid


class Body:
    """The fields of a JSON object; a field that is null counts as not sent.

    Every reader raises ``Refused`` (400, naming the field) for a value of another type or out of bounds.
    """

    def __init__(self, fields: Mapping[str, object], path: str = "") -> None:
        self._fields = {name: value for name, value in fields.items() if value is not None}
        self._path = path

    @classmethod
    def of(cls, content: bytes) -> Self:
        """Read the body of a call; an empty one has no fields."""
        try:
            fields = json.loads(content or b"{}")
        except ValueError:
            raise invalid("Invalid JSON") from None
        if not isinstance(fields, dict):
            raise invalid("Invalid JSON")
        return cls(fields)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def field(self, name: str) -> str:
        """Give a field's whole path, as refusals name it."""
        return f"{self._path}{name}"

    def text(self, name: str, default: str = "") -> str:
        """Read a string."""
        value = self._fields.get(name, default)
        if not isinstance(value, str):
            raise invalid(f"{name} must be a string", self.field(name))
        return value

    def needed(self, name: str) -> str:
        """Read a string that must be there."""
        if name not in self:
            raise invalid(f"{name} is required", self.field(name))
        return self.text(name)

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """Read one of several strings."""
        value = self.text(name, default)
        if value not in allowed:
            raise invalid(f"{name} must be one of {', '.join(sorted(allowed))}", self.field(name))
        return value

    def integer(self, name: str, default: int = 0, least: int = 0, most: int = 2**31 - 1) -> int:
        """Read a whole number."""
        value = self._fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(f"{name} must be an integer", self.field(name))
        if not least <= value <= most and name in self:
            raise invalid(f"{name} must be between {least} and {most}", self.field(name))
        return value

    def optional_integer(self, name: str, default: int | None = None) -> int | None:
        """Read a whole number that may be missing."""
        return self.integer(name) if name in self else default

    def needed_integer(self, name: str) -> int:
        """Read a whole number that must be there."""
        if name not in self:
            raise invalid(f"{name} is required", self.field(name))
        return self.integer(name)

    def flag(self, name: str, default: bool = False) -> bool:
        """Read true or false."""
        value = self._fields.get(name, default)
        if not isinstance(value, bool):
            raise invalid(f"{name} must be a boolean", self.field(name))
        return value

    def texts(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Read a list of strings."""
        value = self._list(name, default)
        if not all(isinstance(each, str) for each in value):
            raise invalid(f"{name} must be a list of strings", self.field(name))
        return tuple(str(each) for each in value)

    def integers(self, name: str) -> tuple[int, ...]:
        """Read a list of whole numbers."""
        value = self._list(name, ())
        if not all(isinstance(each, int) and not isinstance(each, bool) for each in value):
            raise invalid(f"{name} must be a list of integers", self.field(name))
        return tuple(int(str(each)) for each in value)

    def part(self, name: str) -> Self:
        """Read an object; one that is missing has no fields."""
        value = self._fields.get(name, {})
        if not isinstance(value, dict):
            raise invalid(f"{name} must be an object", self.field(name))
        return type(self)(value, f"{self._path}{name}.")

    def parts(self, name: str) -> tuple[Self, ...]:
        """Read a list of objects."""
        value = self._list(name, ())
        if not all(isinstance(each, dict) for each in value):
            raise invalid(f"{name} must be a list of objects", self.field(name))
        found = ((number, each) for number, each in enumerate(value) if isinstance(each, dict))
        return tuple(type(self)(each, f"{self._path}{name}[{number}].") for number, each in found)

    def values(self) -> Mapping[str, Json]:
        """Give all fields as they were sent."""
        return {name: json.loads(json.dumps(value)) for name, value in self._fields.items()}

    def _list(self, name: str, default: tuple[str, ...]) -> list[object]:
        value = self._fields.get(name, list(default))
        if not isinstance(value, list):
            raise invalid(f"{name} must be a list", self.field(name))
        return value
