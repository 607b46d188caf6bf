"""Markers in a table's stream, which show that everything before them has been carried over.

A stream is carried in lanes, each by itself, and nobody tells which key goes through which. Markers of keys made up at
random go through all of them if they are many enough. Each lane makes two laps: a write around the client is only
stamped when the first one ends, and what that leaves in the stream is delivered when the second does. After the first,
one of the lane's markers stands for all of them.

To whoever reads the table a marker looks like a tombstone of a key that no application has, and it expires like one. It
never leaves its own region.

A key's records stay in order, and a shard's in their lanes
(https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from failover.replication.stamps import ATTRIBUTE, Item, Stamp, Version
from failover.sites import Site

CHANCE: Final = 1e-6  # of a lane without a marker
UNEVEN: Final = 2
FIRST_LAP, THROUGH = 1, 3
KEY_BYTES = 15  # as a number 37 digits at most, and DynamoDB keeps 38
MARK: Final = "m"
SHAPE: Final = {"id": "S", "n": "N", "lap": "N", "of": "NS"}


@dataclass(frozen=True, kw_only=True)
class Markers:
    """The markers of one proof; no other has its ``id``. Their keys follow from ``places`` and a number each."""

    id: str
    places: str
    numbers: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Marker:
    """One marker as it stands: its number, which lap it is in, the numbers of all that it goes on for."""

    id: str
    number: int
    lap: int
    of: frozenset[int]
    site: Site


def needed(shards: int, lanes: int) -> int:
    """Count the markers that leave no lane out, of so many lanes in each of so many shards.

    Of n markers none is in a lane with the share p of the keys by the chance (1 - p)^n < e^(-pn), so that for all
    lanes together n = ln(shards lanes / CHANCE) / p makes that CHANCE. The lanes of a shard have equal shares of it, by
    a hash. Shards are of unequal size once one was split: p is half of an equal share then.
    """
    share = 1 / (shards * lanes * (UNEVEN if shards > 1 else 1))
    return math.ceil(math.log(shards * lanes / CHANCE) / share)


def key_of(places: str, number: int, types: Mapping[str, str]) -> Item:
    """Return the key of one marker: 120 bits that nobody can have come upon.

    ``types`` are the key attributes' types, S, N or B, by their names.
    """
    digest = hashlib.blake2b(f"{places}/{number}".encode(), digest_size=KEY_BYTES).digest()
    values: dict[str, Any] = {
        "S": f"{ATTRIBUTE}-{digest.hex()}",
        "N": str(int.from_bytes(digest, "big")),
        "B": ATTRIBUTE.encode() + digest,
    }
    return {name: {kind: values[kind]} for name, kind in types.items()}


def marked(markers: Markers, number: int, here: Site) -> Item:
    """Return the attribute of a marker that begins its first lap at a site."""
    return _attribute(Marker(id=markers.id, number=number, lap=FIRST_LAP, of=frozenset((number,)), site=here))


def marker_in(item: Item) -> Marker | None:
    """Read a marker, of whichever site; ``None`` if the item is none.

    Raises:
        MalformedStamp: its reserved attribute is not ours.
    """
    held: Mapping[str, Any] = item.get(ATTRIBUTE, {}).get("M", {}).get(MARK, {}).get("M", {})
    stamp = Stamp.of(item)
    if stamp is None or {name: "".join(value) for name, value in held.items()} != SHAPE:
        return None
    return Marker(
        id=held["id"]["S"],
        number=int(held["n"]["N"]),
        lap=int(held["lap"]["N"]),
        of=frozenset(map(int, held["of"]["NS"])),
        site=stamp.version.origin,
    )


def after_lap(items: Iterable[Item], here: Site) -> Iterator[Sequence[Item]]:
    """Say what is to be written of a batch's markers once all else of it has been carried over, lane by lane.

    Of each sequence the first that its place takes is written: it goes on for those behind it as well, which are in the
    same lane, as a batch is of one. One whose place takes it no more went on before. After the second lap nothing more
    is written, and the other site's markers are nobody's here.
    """
    fresh: dict[str, list[tuple[Item, Marker]]] = {}
    for item in items:
        marker = marker_in(item)
        if marker is None or marker.site != here or marker.lap >= THROUGH:
            continue
        if marker.lap == FIRST_LAP:
            fresh.setdefault(marker.id, []).append((item, marker))
        else:
            yield [_going_on(item, marker, marker.of)]
    for group in fresh.values():
        behind = [frozenset(marker.number for _, marker in group[at:]) for at in range(len(group))]
        yield [_going_on(item, marker, of) for (item, marker), of in zip(group, behind, strict=True)]


def not_further_than(item: Item) -> dict[str, Any]:
    """Return the condition that a marker's place has the same proof's marker in an earlier lap."""
    held = item[ATTRIBUTE]["M"][MARK]["M"]
    return {
        "ConditionExpression": "#lb.#m.#id = :id AND #lb.#m.#lap < :lap",
        "ExpressionAttributeNames": {"#lb": ATTRIBUTE, "#m": MARK, "#id": "id", "#lap": "lap"},
        "ExpressionAttributeValues": {":id": held["id"], ":lap": held["lap"]},
    }


def through(items: Iterable[Item], markers: Markers) -> Sequence[Marker]:
    """Return this very proof's markers that have done both laps."""
    found = [marker for item in items if (marker := marker_in(item)) is not None]
    return [marker for marker in found if marker.id == markers.id and marker.lap >= THROUGH]


def _going_on(item: Item, marker: Marker, of: frozenset[int]) -> Item:
    return {**item, **_attribute(replace(marker, lap=marker.lap + 1, of=of))}


def _attribute(marker: Marker) -> Item:
    stamp = Stamp(version=Version(0, 0, marker.site), deleted=True).attribute()
    told = {
        "id": {"S": marker.id},
        "n": {"N": str(marker.number)},
        "lap": {"N": str(marker.lap)},
        "of": {"NS": [str(number) for number in sorted(marker.of)]},
    }
    return {ATTRIBUTE: {"M": {**stamp["M"], MARK: {"M": told}}}}
