"""The control table's items and the values that the domain works with: translation at the edge, both ways."""

import logging
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from failover.clock import zoned
from failover.sites import SITES, Site
from failover.tier import Kind, Phase, TierRow, Value
from failover.votes import Verdict, Vote

log = logging.getLogger(__name__)
Item = dict[str, Any]  # DynamoDB's own attribute values: {"epoch": {"N": "3"}}
COUNTS = ("epoch", "counter", "generation", "misses", "goods")
MILLISECONDS = ("lag_ms", "acked_lag_ms", "latency_ms")
VERDICTS: Mapping[str, Verdict] = {str(verdict): verdict for verdict in Verdict}
_read = TypeDeserializer()
_write = TypeSerializer()


class MalformedRow(Exception):
    """An item of the control table lacks what every item of its kind has."""


def tier_key(tier: str) -> Item:
    """Return the key of a tier's row."""
    return {"pk": {"S": f"tier#{tier}"}, "sk": {"S": "row"}}


def vote_key(tier: str, observer: str) -> Item:
    """Return the key of one observer's vote."""
    return {"pk": {"S": f"vote#{tier}#{observer}"}, "sk": {"S": "vote"}}


def journal_key(plan_id: str, number: int, owner: str) -> Item:
    """Return the key of one journal entry; entries sort by number, and two owners never write over each other."""
    return {"pk": {"S": f"journal#{plan_id}"}, "sk": {"S": f"{number:012d}#{owner}"}}


def answer_key(order_id: str) -> Item:
    """Return the key of the first answer to an order, whoever gave it; it sorts after the entries."""
    return {"pk": {"S": f"journal#{order_id}"}, "sk": {"S": "answer"}}


def copy_key() -> Item:
    """Return the key of the offline copy of the stack's outputs."""
    return {"pk": {"S": "outputs"}, "sk": {"S": "copy"}}


def incident_key(incident_id: str) -> Item:
    """Return the key of what people were told once."""
    return {"pk": {"S": f"incident#{incident_id}"}, "sk": {"S": "incident"}}


def to_attribute(value: Value) -> Item:
    """Write one value as DynamoDB does; texts and whole numbers, which nearly all are, without the SDK's detours."""
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, int) and not isinstance(value, bool):
        return {"N": str(value)}
    return cast(Item, _write.serialize(value))


def to_item(values: Mapping[str, Value]) -> Item:
    """Write values as an item; ``None`` is left out."""
    return {name: to_attribute(value) for name, value in values.items() if value is not None}


def values_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Read an item's values; whole numbers become ``int``, others stay ``Decimal``."""
    return {name: attribute["S"] if "S" in attribute else _value(attribute) for name, attribute in item.items()}


def _value(attribute: Any) -> object:
    """Read one value; whole numbers and truths, which nearly all but texts are, without the SDK's detours."""
    if "N" in attribute and (number := attribute["N"]).isdecimal():
        return int(number)
    if "BOOL" in attribute:
        return attribute["BOOL"]
    read = _read.deserialize(attribute)
    return int(read) if isinstance(read, Decimal) and read == read.to_integral_value() else read


def tier_row(item: Mapping[str, object]) -> TierRow:
    """Read a tier's row.

    Raises:
        MalformedRow: an attribute is missing or has no meaning.
    """
    values = values_of(item)
    try:
        return _tier_row(values)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise MalformedRow(f"tier row {values.get('pk')!r} cannot be read: {error!r}") from error


def _tier_row(values: Mapping[str, Any]) -> TierRow:
    _check_whole(values, ("epoch", "owner_counter"))
    return TierRow(
        tier=str(values["pk"]).removeprefix("tier#"),
        epoch=values["epoch"],
        active=_site(values["active"]),
        phase=Phase(values["phase"]),
        owner_counter=values["owner_counter"],
        armed=bool(values["armed"]),
        armed_until=zoned(values["armed_until"]) if "armed_until" in values else None,
        changed_at=zoned(values["changed_at"]),
        moved_at={name: zoned(at) for name, at in values.get("moved_at", {}).items()},
        kind=Kind(values["kind"]) if "kind" in values else None,
        target=values.get("target"),
        plan_id=values.get("plan_id"),
        step=values.get("step"),
        owner=values.get("owner"),
    )


def vote(item: Mapping[str, object]) -> Vote:
    """Read a vote.

    Raises:
        MalformedRow: an attribute is missing or has no meaning.
    """
    values = values_of(item)
    try:
        _check_whole(values, COUNTS)
        _check_whole(values, [name for name in MILLISECONDS if values.get(name) is not None])
        return Vote(
            observer=str(values["pk"]).rsplit("#", 1)[1],
            site=_site(values["site"]),
            verdict=VERDICTS[values["verdict"]],
            standby=VERDICTS[values["standby"]],
            reason=str(values["reason"]),
            tier=str(values["tier"]),
            epoch=values["epoch"],
            counter=values["counter"],
            generation=values["generation"],
            misses=values["misses"],
            goods=values["goods"],
            lag_ms=values.get("lag_ms"),
            acked_lag_ms=values.get("acked_lag_ms"),
            latency_ms=values.get("latency_ms"),
        )
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise MalformedRow(f"vote {values.get('pk')!r} cannot be read: {error!r}") from error


def readable_vote(item: Mapping[str, object]) -> Vote | None:
    """Read a vote; one that cannot be read is as good as silent and stops nobody else."""
    try:
        return vote(item)
    except MalformedRow as error:
        log.error("vote unreadable", extra={"error": str(error)})
        return None


def _check_whole(values: Mapping[str, Any], names: Iterable[str]) -> None:
    """Take whole numbers only: whoever compares them must not fail on what somebody else wrote."""
    for name in names:
        if type(values[name]) is not int:  # a bool is one to isinstance
            raise TypeError(f"{name} {values[name]!r} is no whole number")


def _site(name: object) -> Site:
    try:
        return SITES[str(name)]
    except KeyError:
        raise ValueError(f"{name!r} is no site") from None
