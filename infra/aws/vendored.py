"""Packages that a function's archive brings along: pure Python, of the version that requirements.txt locks.

Their files are reached through links below ``.local/vendored``: an archive that named them where this environment has
them would be registered otherwise on each machine, and one that held their text would put it into the engine's state,
once per function.
"""

import importlib.metadata
import importlib.util
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pulumi

LINKS = Path(".local", "vendored")
# Each with what it imports of other distributions. What it only tries to import, it does without.
VENDORED: dict[str, tuple[str, ...]] = {"asn1crypto": (), "ecdsa": ("six",), "six": ()}


class NotBundled(pulumi.RunError):
    """A function imports what its archive may not carry."""


@dataclass(frozen=True, kw_only=True)
class Vendored:
    """What of this environment may be deployed; ``root`` has requirements.txt and gets the links."""

    root: Path

    def files(self, package: str) -> dict[str, str]:
        """Return where the archive holds each file of a package and of those that it needs, and its path here.

        Raises:
            NotBundled: it is not installed, of another version than the locked one, or not pure Python.
        """
        found: dict[str, str] = {}
        for needed in VENDORED[package]:
            found |= self.files(needed)
        self._check(package)
        place = _place(package)
        link = self._link(place)
        if place.is_file():
            return {**found, place.name: link.as_posix()}
        inside = (path.relative_to(place).as_posix() for path in _sources(place))
        return {**found, **{f"{package}/{path}": f"{link.as_posix()}/{path}" for path in sorted(inside)}}

    def _check(self, package: str) -> None:
        text = (self.root / "requirements.txt").read_text(encoding="utf-8")
        locked = re.search(rf"^{package}==(\S+)", text, re.MULTILINE)
        if locked is None:
            raise NotBundled(f"{package} is not in requirements.txt, so no archive can carry it")
        installed = _installed(package)
        if installed != locked[1]:
            raise NotBundled(f"{package} {installed} is installed, requirements.txt has {locked[1]}; run `make setup`")

    def _link(self, place: Path) -> Path:
        """Return the link to a package, relative to the root; several processes may make it at once."""
        link = LINKS / place.name
        target = self.root / link
        if not target.is_symlink() or target.readlink() != place:
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent) as own:
                made = Path(own, place.name)
                made.symlink_to(place)
                made.replace(target)
        return link


def _installed(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise NotBundled(f"{package} is not installed; run `make setup`") from None


def _place(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise NotBundled(f"{package} cannot be imported; run `make setup`")
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin


def _sources(place: Path) -> list[Path]:
    """Return a package's modules but its tests."""
    native = [path.name for path in place.rglob("*") if path.suffix in (".so", ".pyd", ".dylib")]
    if native:
        raise NotBundled(f"{place.name} holds native code, {native[0]}, which runs on one kind of machine only")
    return [path for path in place.rglob("*.py") if not path.name.startswith("test_")]
