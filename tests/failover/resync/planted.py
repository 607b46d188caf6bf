"""Two tables of any size that differ in what was planted, one of each kind in every so many items."""

from typing import Any

from tests.failover.resync.lazy_site import LazySite
from tests.failover.resync.two_tables import item, stamp

EVERY = 500
KINDS = {
    1: "only-in-primary",
    2: "only-in-secondary",
    3: "different",  # another value
    4: "different",  # the same text as another type
    5: "different",  # an attribute more
    6: "version-only",
}
SAME = (7, 8, 9)  # a set in another order, a number spelt otherwise, an attribute that stays in its region
EXCLUDED = frozenset({"home"})


def planted(size: int) -> dict[str, str]:
    """Return the kind of each difference by the item's name."""
    return {name_of(n): KINDS[n % EVERY] for n in range(size) if n % EVERY in KINDS}


def name_of(number: int) -> str:
    return f"{number:012d}"


def primary_of(number: int) -> dict[str, Any] | None:
    """Make an item of some 400 bytes."""
    return None if number % EVERY == 2 else _item(number)


def secondary_of(number: int) -> dict[str, Any] | None:
    held = _item(number)
    match number % EVERY:
        case 1:
            return None
        case 3:
            held["count"] = {"N": f"{number}.5"}
        case 4:
            held["count"] = {"S": f"{number}"}
        case 5:
            held["more"] = {"NULL": True}
        case 6:
            held |= item(name_of(number), "v" * 200, stamp(2000 + number))
        case 7:
            held["tags"] = {"SS": ["c", "b", "a"]}
        case 8:
            held["count"] = {"N": f"{number}.0"}
        case 9:
            held["home"] = {"S": "eu"}
    return held


def _item(number: int) -> dict[str, Any]:
    more: dict[str, Any] = {
        "count": {"N": f"{number}"},
        "tags": {"SS": ["a", "b", "c"]},
        "nested": {"M": {"list": {"L": [{"S": "x"}, {"BOOL": True}]}, "bytes": {"B": b"\x00\x01"}}},
        "home": {"S": "us"},
    }
    return item(name_of(number), "v" * 200, stamp(1000 + number), **more)


def sites(size: int) -> dict[Any, Any]:
    """Return both tables; the secondary gives its items in another order."""
    return {"primary": LazySite(size, primary_of), "secondary": LazySite(size, secondary_of, backwards=True)}
