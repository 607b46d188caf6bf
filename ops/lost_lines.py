"""A lost write as a line for people, and as facts for programs."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from failover.replication.lost_writes import LostWrite, moment_of, version_of
from failover.replication.stamps import Item
from ops.lost_writes import Seen

LONGEST_VALUE = 40
SHORT = ("S", "N", "BOOL", "B")


def line_of(seen: Seen) -> str:
    """Return the item, both versions, what differs as lost -> as it stands, and what was decided."""
    lost = seen.lost
    won = f"won: {_version(lost.winner)}" if lost.winner else "what won is not known"
    decided = f"{lost.state}" + (f" by {lost.by}: {lost.reason}" if lost.by else "")
    half = ", not in every region" if lost.half_marked else ""
    return f"{lost.table} {_key(lost.key)}; lost: {_version(lost.version)}; {won}; {_differs(seen)}; {decided}{half}"


def told_of(lost: LostWrite) -> dict[str, object]:
    """Return a lost write's facts, its item whole."""
    version = version_of(lost.version)
    return {
        "table": lost.table,
        "key": lost.key,
        "version": lost.version,
        "site": version.origin if version else None,
        "epoch": version.epoch if version else None,
        "written_at": moment_of(version) if version else None,
        "winner": lost.winner,
        "lost": None if lost.deleted else lost.item,
        "state": lost.state,
        "by": lost.by,
        "reason": lost.reason,
        "half_marked": lost.half_marked,
    }


def _version(text: str) -> str:
    version = version_of(text)
    if version is None:
        return f"{text} (written around the client)"
    at = moment_of(version).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return f"{text} ({version.origin}, epoch {version.epoch}, {at})"


def _differs(seen: Seen) -> str:
    if seen.why:
        return f"what stands could not be read: {seen.why}"
    if seen.wanted is None or seen.stands is None:
        return f"{_whole(seen.wanted)} -> {_whole(seen.stands)}"
    told = [f"{name}: {_value(was)} -> {_value(now)}" for name, (was, now) in seen.differs.items()]
    return ", ".join(told) or "nothing differs"


def _whole(item: Item | None) -> str:
    if item is None:
        return "deleted"
    return "{" + ", ".join(f"{name}: {_value(value)}" for name, value in sorted(item.items())) + "}"


def _key(key: Item) -> str:
    return ", ".join(f"{name}={_value(value)}" for name, value in sorted(key.items()))


def _value(value: Any) -> str:
    """Return a value briefly: the whole of it is in the JSON."""
    if value is None:
        return "absent"
    ((kind, held),) = value.items() if isinstance(value, Mapping) else (("", value),)
    text = b64encode(held).decode() if isinstance(held, bytes) else str(held) if kind in SHORT else f"{kind} {held}"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
