"""A function's code as the provider would upload it, byte for byte the same from run to run."""

import io
import zipfile
from dataclasses import dataclass

import pulumi

from evaluation.project import ROOT

# The oldest time that a zip can hold; a file's own would make each clone's archive another.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Pairs of a path inside the archive and the file, relative to the repository's root, that it holds."""

    files: tuple[tuple[str, str], ...]

    def zip_bytes(self) -> bytes:
        """Return the zip: sorted, fixed times and modes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, path in sorted(self.files):
                info = zipfile.ZipInfo(name, FIXED_TIME)
                info.external_attr, info.compress_type = READABLE, zipfile.ZIP_DEFLATED
                archive.writestr(info, (ROOT / path).read_bytes())
        return buffer.getvalue()


def archive_of(declared: pulumi.AssetArchive) -> Archive:
    """Return the value of a declared archive of files.

    Raises:
        TypeError: it holds something else than files of this repository.
    """
    return Archive(files=tuple(sorted((name, _path(name, asset)) for name, asset in declared.assets.items())))


def _path(name: str, asset: object) -> str:
    if not isinstance(asset, pulumi.FileAsset):
        raise TypeError(f"{name} in an archive is {asset!r}; only files of this repository are deployed")
    return str(asset.path)
