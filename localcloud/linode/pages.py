"""Collections, a page at a time.

https://techdocs.akamai.com/linode-api/reference/pagination
"""

from collections.abc import Mapping, Sequence

from localcloud.linode.json_values import Object
from localcloud.linode.refusals import invalid

DEFAULT_SIZE = 100
SIZES = range(25, 501)


def page_of(objects: Sequence[Object], query: Mapping[str, str]) -> Object:
    """Give the page that the query asks for.

    Raises:
        Refused: there is no such page, or pages cannot have that size.
    """
    size, page = _number(query, "page_size", DEFAULT_SIZE), _number(query, "page", 1)
    if size not in SIZES:
        raise invalid("Must be 25-500", "page_size")
    pages = max(1, -(-len(objects) // size))
    if not 1 <= page <= pages:
        raise invalid("Invalid page number", "page")
    shown = list(objects[(page - 1) * size : page * size])
    return {"data": shown, "page": page, "pages": pages, "results": len(objects)}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    given = query.get(name, str(default))
    if not given.isdecimal():
        raise invalid(f"{name} must be an integer", name)
    return int(given)
