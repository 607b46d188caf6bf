"""What the node agent tells the processes of its host: who serves, and what this host may do.

The agent replaces the file by a rename, so that a reader sees a whole one. A file that is missing or cannot be read
says nothing, and then nobody writes: after a boot `/run` is empty until the agent has heard of the tier.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self, TypeVar

from failover.clock import zoned
from failover.sites import Site

SCHEMA = 1
Role = Literal["writer", "reader", "fenced"]
SITES: tuple[Site, ...] = ("primary", "secondary")
ROLES: tuple[Role, ...] = ("writer", "reader", "fenced")
Word = TypeVar("Word", bound=str)


class ActiveUnknown(Exception):
    """The agent has not said who serves, or what it said cannot be read; do not write, look at the agent."""


@dataclass(frozen=True, kw_only=True)
class Active:
    """The tier as the agent last saw it.

    ``site`` is the active one, ``role`` this host's own, ``writer`` the database that accepts writes as ``host:port``,
    or None while there is none. ``term`` grows with each change of writer, inside a site too. ``written_at`` is for
    people: no decision is made by it.
    """

    tier: str
    epoch: int
    term: int
    site: Site
    role: Role
    writer: str | None
    written_at: datetime

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what an agent wrote.

        Raises:
            ActiveUnknown: it is not of this schema.
        """
        try:
            return cls._from_fields(json.loads(text))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ActiveUnknown(
                f"the active file is not of schema {SCHEMA}: {type(error).__name__}: {error}"
            ) from error

    @classmethod
    def _from_fields(cls, fields: Mapping[str, object]) -> Self:
        if fields["schema"] != SCHEMA:
            raise ValueError(f"schema {fields['schema']!r}")
        writer = fields["writer"]
        return cls(
            tier=str(fields["tier"]),
            epoch=_counted(fields["epoch"]),
            term=_counted(fields["term"]),
            site=_one_of(SITES, fields["site"]),
            role=_one_of(ROLES, fields["role"]),
            writer=None if writer is None else str(writer),
            written_at=zoned(str(fields["written_at"])),
        )

    def to_json(self) -> str:
        """Write it as ``from_json`` reads it."""
        return json.dumps({"schema": SCHEMA, **asdict(self), "written_at": self.written_at.isoformat()})


def read_active(path: Path) -> Active:
    """Read the agent's file.

    Raises:
        ActiveUnknown: it is missing, or not of this schema.
    """
    try:
        return Active.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ActiveUnknown(f"{path} cannot be read: {type(error).__name__}") from error


def _counted(value: object) -> int:
    if type(value) is not int or value < 0:  # True is an int to isinstance
        raise ValueError(f"{value!r} is no count")
    return value


def _one_of(allowed: tuple[Word, ...], value: object) -> Word:
    for word in allowed:
        if word == value:
            return word
    raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
