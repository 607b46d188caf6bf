"""A request to DynamoDB as text that gives the same request back, and the text that two requests for one item share."""

import base64
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

BYTES = "b64"  # no attribute value is called so, and every map of attributes holds attribute values


class NotText(Exception):
    """The request holds something that is no attribute value of boto3's client, such as a set or a float."""


def to_text(request: Mapping[str, Any]) -> str:
    """Return canonical JSON: sorted, without spaces, bytes in base64.

    Raises:
        NotText: it holds what boto3's client would refuse.
    """
    try:
        return json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_spelled)
    except TypeError as error:
        raise NotText(f"{error}; give values as boto3's client takes them, such as {{'S': 'text'}}") from error


def from_text(text: str) -> dict[str, Any]:
    """Return the request that a text was made of."""
    read: dict[str, Any] = json.loads(text, object_hook=_read)
    return read


def _spelled(value: object) -> dict[str, str]:
    if isinstance(value, bytes | bytearray):
        return {BYTES: base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} is no attribute value")


def _read(read: dict[str, Any]) -> Any:
    if set(read) == {BYTES} and isinstance(read[BYTES], str):
        return base64.b64decode(read[BYTES])
    return read


def key_text(item: Mapping[str, Any], names: Sequence[str]) -> str:
    """Return what is the same for every request about this item; 1 and 1.0 are one key to DynamoDB.

    Raises:
        NotText: a key attribute is missing.
    """
    missing = [name for name in names if name not in item]
    if missing:
        raise NotText(f"the item has no key attribute {missing[0]!r}; its table's key is {list(names)}")
    return to_text({name: _key_value(item[name]) for name in names})


def _key_value(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"N": f"{Decimal(value['N']).normalize() + 0:f}"} if "N" in value else value
