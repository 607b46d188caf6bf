"""One message of the pages queue, as Lambda hands it over."""

from collections.abc import Mapping
from dataclasses import dataclass


class UnknownEvent(Exception):
    """What arrived is neither a page nor an alarm; it belongs to the dead letters, where a person reads it."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """``sent_ms`` is AWS time, in milliseconds since the Unix epoch; a redelivery has the same ``id`` and time.

    ``receives`` counts the deliveries, this one included; the next comes once the one before has timed out.
    """

    id: str
    body: str
    sent_ms: int
    receives: int = 1


def messages_of(event: object) -> tuple[Message, ...]:
    """Read the batch (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).

    Raises:
        UnknownEvent: this is no batch of SQS messages.
    """
    records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(records, list) or not records:
        raise UnknownEvent("expected the pages queue's Records; send pages to the signals topic, not to this function")
    return tuple(_message(record) for record in records)


def _message(record: object) -> Message:
    try:
        return _read(record)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownEvent(f"a record without messageId, body or its attributes: {error!r}") from error


def _read(record: object) -> Message:
    if not isinstance(record, Mapping):
        raise TypeError(f"a record is {type(record).__name__}, not an object")
    attributes = record["attributes"]
    times = {"sent_ms": int(attributes["SentTimestamp"]), "receives": int(attributes["ApproximateReceiveCount"])}
    return Message(id=str(record["messageId"]), body=str(record["body"]), **times)
