"""An acknowledged event as an item of the inbox's table."""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from nodes.app.events import Event

if TYPE_CHECKING:
    from failover.read_answers import Attributes as Seen
    from failover.table_requests import Attributes

TEXTS = ("box", "shop", "topic", "id", "reason")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: 400 KB an item, names included.
MOST_STORED_BYTES = 380_000


class TooLarge(Exception):
    """The event does not fit into an item, compressed either."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An event and the box that it lies in; ``attempts`` are those that failed for a reason of its own."""

    event: Event
    box: str
    attempts: int = 0
    reason: str = ""

    @classmethod
    def from_item(cls, item: "Seen") -> Self:
        """Read an item of any box."""
        box, shop, topic, event_id, reason = (str(item[name].get("S", "")) for name in TEXTS)
        body = zlib.decompress(item["body"]["B"])
        event = Event(shop=shop, topic=topic, event_id=event_id, body=body)
        return cls(event=event, box=box, attempts=int(item["attempts"]["N"]), reason=reason)

    def to_item(self) -> "Attributes":
        """Write it as ``from_item`` reads it.

        Raises:
            TooLarge: no item can hold it.
        """
        event = self.event
        values = (self.box, event.shop, event.topic, event.event_id, self.reason)
        texts: Attributes = {name: {"S": value} for name, value in zip(TEXTS, values, strict=True)}
        counted: Attributes = {"event": {"S": event.key}, "attempts": {"N": str(self.attempts)}}
        return {**texts, **counted, "body": {"B": _packed(event.body)}}


def _packed(body: bytes) -> bytes:
    found = zlib.compress(body)
    if len(found) > MOST_STORED_BYTES:
        raise TooLarge(f"{len(found)} bytes compressed, {MOST_STORED_BYTES} fit")
    return found
