"""What the program declared, as values: what the engine would send to a provider and keep in its state."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import rpc

from evaluation.archive import Archive, archive_of

Value = str | int | float | bool | None | Archive | list["Value"] | dict[str, "Value"]
UNKNOWN = "[unknown]"



@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource. ``inputs`` are in the provider's spelling; what in them is secret is listed by path.

    ``provider`` is the URN of the explicit provider and ``region`` the region it stands for; both are empty if there is none.
    """

    urn: str
    type: str
    name: str
    parent: str
    provider: str
    region: str
    inputs: Mapping[str, Value]
    secret_paths: tuple[str, ...]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    protect: bool
    ignore_changes: tuple[str, ...]
    retain_on_delete: bool
    custom: bool


Create = Callable[[Registration], tuple[str, Mapping[str, Value]]]


def normalised(value: object) -> Value:
    """Return an input as plain values: whole numbers as int, secrets unwrapped, archives by their files."""
    if rpc.is_rpc_secret(value):
        return normalised(rpc.unwrap_rpc_secret(value))
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): normalised(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if isinstance(value, pulumi.AssetArchive):
        return archive_of(value)
    return _plain(value)


def secret_paths(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths, dotted, of what was wrapped as secret."""
    if rpc.is_rpc_secret(value):
        yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from secret_paths(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from secret_paths(item, f"{path}.{position}")


def _plain(value: object) -> Value:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    raise TypeError(f"an input holds {value!r}, which no provider takes")
