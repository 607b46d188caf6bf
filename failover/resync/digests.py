"""What makes two items the same: their attributes' values, whatever the order of a set or the spelling of a number.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from typing import Any

from failover.replication.changes import decoded, key_text
from failover.replication.stamps import ATTRIBUTE, Item

DIGEST_BYTES = 16
EXACT = Context(prec=64)  # DynamoDB keeps 38 digits


def digest_of(item: Item, excluded: frozenset[str] = frozenset()) -> bytes:
    """Return a digest of an item without its stamp and without what does not leave its region."""
    left_out = excluded | {ATTRIBUTE}
    told = {name: value for name, value in item.items() if name not in left_out}
    return hashlib.blake2b(_map(told), digest_size=DIGEST_BYTES).digest()


def key_of(item: Item, key_names: Iterable[str]) -> dict[str, Any]:
    """Return an item's key."""
    return {name: item[name] for name in key_names}


def name_of(key: Item) -> str:
    """Name an item by its key, the same at both sites, so that the key can be read back."""
    return key_text({name: _plain(value) for name, value in key.items()})


def key_named(name: str) -> dict[str, Any]:
    """Read back what ``name_of`` wrote.

    Raises:
        ValueError: it is no such name.
    """
    told = json.loads(name)
    if not isinstance(told, dict) or not all(isinstance(value, dict) for value in told.values()):
        raise ValueError(f"{name} is no key of an item")
    return {attribute: dict(decoded(value)) for attribute, value in told.items()}


def _plain(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"N": f"{Decimal(_number(value['N'])):f}"} if "N" in value else value


def canonical(value: Mapping[str, Any]) -> bytes:
    """Write an attribute's value as bytes that are equal exactly if the values are.

    Raises:
        ValueError: it is of a type unknown.
    """
    ((kind, held),) = value.items()
    match kind:
        case "S" | "N" | "B":
            body = _scalar(kind, held)
        case "SS" | "NS" | "BS":
            body = _joined(sorted(_scalar(kind[0], one) for one in held))
        case "BOOL":
            body = b"1" if held else b"0"
        case "NULL":
            body = b""
        case "L":
            body = _joined([canonical(one) for one in held])
        case "M":
            body = _map(held)
        case _:
            raise ValueError(f"type {kind!r} of an attribute is unknown")
    return kind.encode().ljust(4) + body


def _scalar(kind: str, held: Any) -> bytes:
    if kind == "B":
        return bytes(held)
    return (_number(held) if kind == "N" else str(held)).encode("utf-8", "surrogatepass")


def _number(text: str) -> str:
    """Write 1, 1.0 and 1E0 alike; zero has no sign."""
    number = Decimal(text)
    return str(number.normalize(EXACT)) if number else "0"


def _map(held: Mapping[str, Mapping[str, Any]]) -> bytes:
    names = sorted(held)
    return _joined([part for name in names for part in (name.encode("utf-8", "surrogatepass"), canonical(held[name]))])


def _joined(parts: list[bytes]) -> bytes:
    """Put parts together so that no two lists give the same bytes."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)
