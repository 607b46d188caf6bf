"""What a Python sandbox finds beside its archive: the runtime client and the SDK, nothing else of this environment."""

import hashlib
import importlib.util
import io
import shutil
import tempfile
import zipfile
from pathlib import Path

MODULES = (
    "awslambdaric",
    "runtime_client",
    "simplejson",
    "snapshot_restore_py",
    "boto3",
    "botocore",
    "jmespath",
    "s3transfer",
    "urllib3",
    "dateutil",
    "six",
)


def _source(module: str) -> Path:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module} is not installed; run `make setup`")
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin


def link_layer(directory: Path) -> Path:
    """Fill ``directory`` with links to the modules that AWS gives every Python function, and return it.

    Raises:
        ModuleNotFoundError: one of them is not installed here.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for source in map(_source, MODULES):
        link = directory / source.name
        if not link.is_symlink():
            link.symlink_to(source)
    return directory


def unpack(archive: bytes, directory: Path) -> Path:
    """Unpack a deployed archive once into a directory of its own digest, and return that; safe from several threads."""
    target = directory / hashlib.sha256(archive).hexdigest()[:16]
    if not target.exists():
        directory.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=directory))
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            opened.extractall(partial)
        _settle(partial, target)
    return target


def _settle(partial: Path, target: Path) -> None:
    """Give the whole directory its name, unless another region's sandbox was faster with the same archive."""
    try:
        partial.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(partial)
