"""A node as the control table keeps it: who it is, where it stands, what was seen of it.

Only enrolment functions and people write this row. The row ``node#ID`` is another one, which the node itself writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from failover import rows
from failover.clock import zoned
from failover.enrolment.place import Place
from failover.enrolment.public_key import PublicKey
from failover.tier import Value

PREFIX: Final = "enrolment#"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A person lets a machine enrol once more; ``until`` is AWS time."""

    generation: int
    until: datetime
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """One enrolment: the key, and what Linode said of the instance when it came. Times are AWS time."""

    key: PublicKey
    place: Place
    addresses: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A machine that never enrolled, and that a person lets in all the same."""

    id: int
    approval: Approval


@dataclass(frozen=True, kw_only=True)
class Node:
    """``generation`` counts enrolments, from 1; ``roots`` are the root certificates that the node says it has."""

    id: int
    generation: int
    enrolled: Enrolled
    counter: int = 0
    roots: tuple[str, ...] = ()
    approval: Approval | None = None


Row = Node | Waiting


def generation_due(row: Row | None) -> int:
    """Return the generation that a machine would enrol as next."""
    return row.generation + 1 if isinstance(row, Node) else 1


def node_key(node: int) -> rows.Item:
    """Return the key of a node's row."""
    return {"pk": {"S": f"{PREFIX}{node}"}, "sk": {"S": "enrolment"}}


def item_of_row(row: Row) -> rows.Item:
    """Write a node's row; generation 0 is that of a machine that never enrolled."""
    values: dict[str, Value] = {"generation": generation_due(row) - 1}
    if isinstance(row, Node):
        values |= {"counter": row.counter, "roots": ",".join(row.roots), **_enrolled_values(row.enrolled)}
    if row.approval:
        values |= approval_values(row.approval)
    return {**node_key(row.id), **rows.to_item(values)}


def approval_values(approval: Approval) -> dict[str, Value]:
    """Return an approval's attributes."""
    return {
        "approved_generation": approval.generation,
        "approved_until": approval.until.isoformat(),
        "approved_by": approval.by,
        "approved_why": approval.reason,
    }


def row_of(item: Mapping[str, object]) -> Row:
    """Read a node's row.

    Raises:
        MalformedRow: an attribute is missing or has no meaning.
    """
    values = rows.values_of(item)
    try:
        node = int(str(values["pk"]).removeprefix(PREFIX))
        return _node(node, values) if values["generation"] else Waiting(id=node, approval=_approval(values))
    except (KeyError, ValueError, TypeError) as error:
        raise rows.MalformedRow(f"node {values.get('pk')!r} cannot be read: {error!r}") from error


def _node(node: int, values: Mapping[str, object]) -> Node:
    return Node(
        id=node,
        generation=int(str(values["generation"])),
        enrolled=_enrolled(values),
        counter=int(str(values["counter"])),
        roots=_listed(values["roots"]),
        approval=_approval(values) if "approved_generation" in values else None,
    )


def _enrolled_values(one: Enrolled) -> dict[str, Value]:
    return {
        "key": one.key.text,
        "site": one.place.site,
        "pool": one.place.pool,
        "addresses": ",".join(one.addresses),
        "enrolled_at": one.at.isoformat(),
    }


def _enrolled(values: Mapping[str, object]) -> Enrolled:
    return Enrolled(
        key=PublicKey.from_text(str(values["key"])),
        place=Place(site=str(values["site"]), pool=str(values["pool"])),
        addresses=_listed(values["addresses"]),
        at=zoned(str(values["enrolled_at"])),
    )


def _listed(value: object) -> tuple[str, ...]:
    return tuple(filter(None, str(value).split(",")))


def _approval(values: Mapping[str, object]) -> Approval:
    return Approval(
        generation=int(str(values["approved_generation"])),
        until=zoned(str(values["approved_until"])),
        by=str(values["approved_by"]),
        reason=str(values["approved_why"]),
    )
