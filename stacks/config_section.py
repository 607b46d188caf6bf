"""One object of the stack's config, read key by key; what nobody read is refused when the reading ends."""

import difflib
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Self, TypeVar

from stacks.config_error import IN_THE_FILE, ConfigError, MissingKey, UnknownKey, set_with

PROJECT = "lifeboat"
MISSPELT = 0.7
Word = TypeVar("Word", bound=str)


class Section:
    """A mapping at a path of the config. Use it as a context: leaving it refuses the keys that were not read.

    Every reader raises ConfigError for a value of the wrong type or out of range, naming the whole path.
    ``lookalike`` is what may have been meant by a section that is absent.
    """

    def __init__(self, path: str, values: Mapping[str, object], lookalike: str | None = None) -> None:
        self.path = path
        self._values = values
        self._lookalike = lookalike
        self._read: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if kind is None:
            self._refuse_unread()

    def has(self, key: str) -> bool:
        """Say whether the key was given."""
        self._read.add(key)
        return self._values.get(key) is not None

    def refuse(self, key: str, why: str) -> None:
        """Refuse a key that is a setting, but not beside the others."""
        if self.has(key):
            raise ConfigError(
                self.key(key), self._values[key], why, f"remove it with `pulumi config rm --path '{self.key(key)}'`"
            )

    def text(self, key: str, default: str | None = None) -> str:
        """Return a non-empty text; without a default it must be given."""
        value = self._value(key, default, "a text")
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(
                self.key(key), value, "it must be a text that is not empty", set_with(self.key(key), "string")
            )
        return value

    def optional_text(self, key: str) -> str | None:
        """Return a text, or nothing if the key is absent."""
        return self.text(key) if self.has(key) else None

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, default, "true or false")
        if not isinstance(value, bool):
            raise ConfigError(self.key(key), value, "it must be true or false")
        return value

    def choice(self, key: str, allowed: tuple[Word, ...], default: Word) -> Word:
        """Return one of some words."""
        given = self.text(key, default)
        for word in allowed:
            if given == word:
                return word
        raise ConfigError(self.key(key), given, f"it must be one of {', '.join(allowed)}")

    def number(self, key: str, default: float, low: float, high: float, why: str = "") -> float:
        """Return a number within low and high, both allowed; ``why`` says where the limits come from."""
        value = self._value(key, default, "a number")
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            reason = f": {why}" if why else ""
            allowed = f"it must be a number within {low:g}-{high:g}{reason}"
            raise ConfigError(self.key(key), value, allowed, set_with(self.key(key), "float"))
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """Return a whole number within low and high, both allowed."""
        value = self.number(key, default, low, high)
        if value != int(value):
            raise ConfigError(self.key(key), value, f"it must be a whole number within {low}-{high}")
        return int(value)

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts; without a default it must be given."""
        value = self._value(key, list(default) if default is not None else None, "a list of texts", f"{key}[0]")
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise ConfigError(self.key(key), value, "it must be a list of texts", IN_THE_FILE)
        return tuple(value)

    def section(self, key: str) -> "Section":
        """Return the object under the key, empty if absent."""
        value = self._value(key, {}, "an object")
        if not isinstance(value, dict):
            raise ConfigError(self.key(key), value, "it must be an object of named values", IN_THE_FILE)
        return Section(self.key(key), value, self._unread_like(key) if not value else None)

    def sections(self, key: str) -> Mapping[str, "Section"]:
        """Return the objects under the key by their names, which the stack chooses."""
        named = self.section(key)
        return {name: named.section(name) for name in named.names()}

    def names(self) -> tuple[str, ...]:
        """Return the keys as given."""
        return tuple(str(key) for key in self._values)

    def key(self, key: str) -> str:
        """Return the path of a key as `pulumi config set --path` takes it."""
        return f"{self.path}{key}" if self.path.endswith(":") else f"{self.path}.{key}"

    def _value(self, key: str, default: object, wanted: str, first: str | None = None) -> object:
        """Return the value or its default; ``first`` is the path that a command can set, if not the key."""
        self._read.add(key)
        value = self._values.get(key)
        if value is None and default is None:
            remedy = set_with(self.key(first or key))
            raise MissingKey(self.key(key), wanted, remedy, self._unread_like(key) or self._lookalike)
        return default if value is None else value

    def _unread_like(self, key: str) -> str | None:
        # Strict enough to tell primaryRegion, which may be missing, from secondaryRegion, which is read later.
        close = difflib.get_close_matches(key, set(self.names()) - self._read, n=1, cutoff=MISSPELT)
        return self.key(close[0]) if close else None

    def _refuse_unread(self) -> None:
        for key in sorted(set(self.names()) - self._read):
            close = difflib.get_close_matches(key, self._read, n=1, cutoff=0.5)
            raise UnknownKey(self.key(key), ", ".join(sorted(self._read)), close[0] if close else None)


def project_section(pulumi_config: str) -> Section:
    """Read the project's keys from the JSON that the engine puts into ``PULUMI_CONFIG``.

    The engine passes every value as text, objects, numbers and booleans as JSON
    (https://www.pulumi.com/docs/iac/concepts/config/). Keys of other namespaces are the engine's business.

    Raises:
        UnknownKey: a namespace that is a misspelling of the project's.
    """
    given: dict[str, object] = {}
    for full_key, value in _texts(pulumi_config):
        namespace, _, key = full_key.partition(":")
        if namespace == PROJECT:
            given[key] = _parsed(value)
        elif difflib.get_close_matches(namespace.lower(), [PROJECT], cutoff=MISSPELT):
            raise UnknownKey(full_key, PROJECT, f"{PROJECT}:{key}")
    return Section(f"{PROJECT}:", given)


def _texts(pulumi_config: str) -> list[tuple[str, str]]:
    values: dict[str, str] = json.loads(pulumi_config or "{}")
    return list(values.items())


def _parsed(value: str) -> object:
    # A text of digits (an account id) would lose its leading zeros as a number, so only other JSON is parsed.
    if value.isdigit():
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
