"""What the program declared, as values: what the engine would send to a provider and keep in its state."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import rpc

from evaluation.project import ROOT

UNKNOWN = "[unknown]"
PROVIDER = "pulumi:providers:"
# The oldest time that a zip can hold; a file's own would make each clone's archive another.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Pairs of a path inside the archive and the file of this repository that it holds, sorted."""

    files: tuple[tuple[str, str], ...]

    def zip_bytes(self) -> bytes:
        """Return the zip, the same bytes from any clone: sorted, fixed times and modes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, path in self.files:
                info = zipfile.ZipInfo(name, FIXED_TIME)
                info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
                archive.writestr(info, (ROOT / path).read_bytes())
        return buffer.getvalue()


Value = str | int | float | bool | None | Archive | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource. ``inputs`` are in the provider's spelling; what in them is secret is listed by dotted path.

    ``provider`` is the URN of the explicit provider, ``region`` the region it stands for; empty if there is none.
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


def plain(value: object, path: str, secrets: list[str]) -> Value:
    """Return an input as values: whole numbers as int, archives by their files, secrets unwrapped and noted."""
    if rpc.is_rpc_secret(value):
        secrets.append(path)
        return plain(rpc.unwrap_rpc_secret(value), path, secrets)
    if isinstance(value, Mapping):
        return {str(key): plain(item, f"{path}.{key}".lstrip("."), secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, f"{path}.{position}", secrets) for position, item in enumerate(value)]
    if isinstance(value, pulumi.AssetArchive):
        return Archive(files=tuple(sorted((name, _path(asset)) for name, asset in value.assets.items())))
    if isinstance(value, Unknown):
        return UNKNOWN
    if value is None or isinstance(value, str | int | float):
        return int(value) if isinstance(value, float) and value.is_integer() else value
    raise TypeError(f"{path} holds {value!r}, which no provider takes")


def decoded(value: object, type_: str) -> object:
    """Undo the JSON in which the SDK sends all of a provider's inputs that are not texts."""
    is_json = (
        type_.startswith(PROVIDER) and isinstance(value, str) and (value[:1] in "[{" or value in ("true", "false"))
    )
    return json.loads(str(value)) if is_json else value


def _path(asset: pulumi.Asset | pulumi.Archive) -> str:
    if not isinstance(asset, pulumi.FileAsset):
        raise TypeError(f"an archive holds {asset!r}; only files of this repository are deployed")
    return str(asset.path)
