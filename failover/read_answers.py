"""What a read ends with: the items, the region that they come from, and how fresh they can be said to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, ItemResponseTypeDef

    Attributes = Mapping[str, AttributeValueTypeDef]

Which = Literal["active", "standby"]
Stale = Literal["never", "if-active-fails", "hedged"]


class Freshness(StrEnum):
    """How fresh an answer can be said to be.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html
    """

    CONSISTENT = "consistent"  # every write acknowledged before the read was sent
    EVENTUAL = "eventual"  # the active site's; a write of the last moment may be missing
    REPLICATED = "replicated"  # the other site's: what was not replicated yet is missing
    PINNED = "pinned"  # the last known active site's; another may serve by now


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where an answer comes from; ``view_seconds`` is the age of the view that chose, None if the table needs none."""

    region: str
    freshness: Freshness
    view_seconds: float | None

    @property
    def may_be_stale(self) -> bool:
        """Say whether writes that were acknowledged long ago may be missing."""
        return self.freshness in (Freshness.REPLICATED, Freshness.PINNED)


class Item(dict[str, "AttributeValueTypeDef"]):
    """One item, as boto3 gives it, and where it comes from."""

    def __init__(self, attributes: "Attributes", served: Served) -> None:
        super().__init__(attributes)
        self.served = served

    @property
    def region(self) -> str:
        """Name the region that answered."""
        return self.served.region


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a query or scan; ``last_evaluated_key`` is None on the last one."""

    items: "Sequence[Attributes]"
    count: int
    scanned_count: int
    last_evaluated_key: "Attributes | None"
    served: Served

    @property
    def region(self) -> str:
        """Name the region that answered."""
        return self.served.region


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a batch found, in no order; ``served`` has an entry for each of its calls."""

    items: "Sequence[Attributes]"
    served: Sequence[Served]

    @property
    def region(self) -> str:
        """Name the region that answered last."""
        return self.served[-1].region


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a transaction read, in the order asked; a response without ``Item`` is an item that is not there."""

    responses: "Sequence[ItemResponseTypeDef]"
    served: Served

    @property
    def region(self) -> str:
        """Name the region that answered."""
        return self.served.region


class NoSuchItem(Exception):
    """The region that answered has no item under this key; ``served`` tells which, and whether it may be behind."""

    def __init__(self, table: str, key: "Mapping[str, object]", served: Served) -> None:
        stale = ", or not yet: it may be behind" if served.may_be_stale else ""
        super().__init__(f"{table} in {served.region} has no item {dict(key)}{stale}")
        self.served = served
