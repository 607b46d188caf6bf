"""A cloud as a directory: one file for each thing that exists. Regions can go dark."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

Json = str | float | bool | None | list["Json"] | dict[str, "Json"]
DARK = "dark"


class AlreadyExists(Exception):
    """Two things of one type would have one id in one place."""


@dataclass(frozen=True)
class Cloud:
    """Knows what exists, by region, type and id. Several processes use one directory at once."""

    root: Path

    def create(self, region: str, type_: str, id_: str, properties: Mapping[str, Json]) -> None:
        """Make a thing that is not there yet.

        Raises:
            AlreadyExists: it is there.
        """
        place = self._place(region, type_, id_)
        try:
            with place.open("x", encoding="utf-8") as file:
                json.dump(dict(properties), file)
        except FileExistsError as error:
            raise AlreadyExists(f"{type_} {id_} is already in {region}") from error

    def put(self, region: str, type_: str, id_: str, properties: Mapping[str, Json]) -> None:
        """Write a thing whole, whether it is there or not."""
        self._place(region, type_, id_).write_text(json.dumps(dict(properties)), encoding="utf-8")

    def get(self, region: str, type_: str, id_: str) -> dict[str, Json] | None:
        """Return a thing's properties, or nothing if it is not there."""
        place = self._place(region, type_, id_)
        if not place.exists():
            return None
        found: dict[str, Json] = json.loads(place.read_text(encoding="utf-8"))
        return found

    def delete(self, region: str, type_: str, id_: str) -> None:
        """Remove a thing; one that is not there is no error."""
        self._place(region, type_, id_).unlink(missing_ok=True)

    def contents(self) -> dict[str, str]:
        """Return everything that exists, each thing as the text that it is kept as, by its place."""
        return {str(one.relative_to(self.root)): one.read_text(encoding="utf-8") for one in self.root.glob("*/*.json")}

    def darken(self, region: str) -> None:
        """Let a region answer nobody from now on."""
        (self.root / f"{region}.{DARK}").touch()

    def is_dark(self, region: str) -> bool:
        """Say whether a region answers nobody."""
        return (self.root / f"{region}.{DARK}").exists()

    def _place(self, region: str, type_: str, id_: str) -> Path:
        folder = self.root / region
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{quote(type_, safe='')}={quote(id_, safe='')}.json"
