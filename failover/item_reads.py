"""The one place where items are asked for and looked at: what an application does not see is left out here."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import ItemResponseTypeDef

R = TypeVar("R", bound=Mapping[str, Any])


class ItemReads(Protocol):
    """What a table's items look like to the application."""

    def of_keys(self, request: R, /) -> R:
        """Return a read by key as it is sent."""

    def of_many(self, request: R, /) -> R:
        """Return a query or scan as it is sent; what it finds and counts are items that the application sees."""

    def seen(self, item: Mapping[str, Any], /) -> Mapping[str, Any] | None:
        """Return an item as the application sees it, None if it does not."""


class PlainReads:
    """Everything, as it is."""

    def of_keys(self, request: R, /) -> R:
        """Ask for what was asked."""
        return request

    def of_many(self, request: R, /) -> R:
        """Ask for what was asked."""
        return request

    def seen(self, item: Mapping[str, Any], /) -> Mapping[str, Any] | None:
        """See all of it."""
        return item


def all_seen(reads: ItemReads, items: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return the items that the application sees."""
    return tuple(item for one in items if (item := reads.seen(one)) is not None)


def responses_seen(reads: ItemReads, responses: "Iterable[ItemResponseTypeDef]") -> "tuple[ItemResponseTypeDef, ...]":
    """Return a transaction's answers, in their order; what the application does not see has no ``Item``."""
    seen = [all_seen(reads, [one["Item"]] if "Item" in one else ()) for one in responses]
    return tuple({"Item": found[0]} if found else {} for found in seen)  # type: ignore[typeddict-item]
