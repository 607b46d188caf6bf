"""Which objects of a collection a caller wants, and in which order: the header X-Filter.

https://techdocs.akamai.com/linode-api/reference/filtering-and-sorting
"""

import json
from collections.abc import Collection, Sequence

from localcloud.linode.json_values import Json, Object
from localcloud.linode.refusals import Refused, invalid

ORDER = frozenset({"+order", "+order_by"})
GROUPS = frozenset({"+and", "+or"})
OPERATORS = frozenset({"+neq", "+contains", "+gt", "+gte", "+lt", "+lte"})
MISSING = ""


def filtered(objects: Sequence[Object], header: str, filterable: Collection[str]) -> list[Object]:
    """Give the objects that a filter lets through, in the order that it asks for.

    Raises:
        Refused: the filter is not JSON, names a field that cannot be filtered on, or an operator that is none.
    """
    wanted = _parsed(header)
    _check(wanted, filterable)
    kept = [each for each in objects if _matches(each, wanted)]
    order_by = wanted.get("+order_by")
    if order_by is not None:
        kept.sort(key=lambda each: _sortable(_value(each, str(order_by))), reverse=wanted.get("+order") == "desc")
    return kept


def _parsed(header: str) -> dict[str, Json]:
    try:
        wanted = json.loads(header or "{}")
    except ValueError:
        raise invalid("X-Filter must be valid JSON") from None
    if not isinstance(wanted, dict) or wanted.get("+order", "asc") not in ("asc", "desc"):
        raise invalid("X-Filter must be a JSON object, its +order asc or desc")
    return wanted


def _check(wanted: Json, filterable: Collection[str]) -> None:
    """Refuse a filter that no object could be held against."""
    if not isinstance(wanted, dict):
        raise invalid("A filter is a JSON object")
    for name, want in wanted.items():
        if name in GROUPS:
            if not isinstance(want, list):
                raise invalid(f"{name} takes a list of filters")
            for part in want:
                _check(part, filterable)
        elif name != "+order":
            _check_field(str(want) if name == "+order_by" else name, want, filterable)


def _check_field(field: str, want: Json, filterable: Collection[str]) -> None:
    if field not in filterable:
        raise invalid(f"Cannot filter on {field}", field)
    unknown = [each for each in want if each not in OPERATORS] if isinstance(want, dict) else []
    if unknown:
        raise invalid(f"Unknown operator {unknown[0]}", field)


def _matches(each: Object, wanted: Object) -> bool:
    return all(_holds(each, name, want) for name, want in wanted.items() if name not in ORDER)


def _holds(each: Object, name: str, want: Json) -> bool:
    if name in GROUPS and isinstance(want, list):
        held = (isinstance(part, dict) and _matches(each, part) for part in want)
        return all(held) if name == "+and" else any(held)
    value = _value(each, name)
    if isinstance(want, dict):
        return all(_compares(value, operator, operand) for operator, operand in want.items())
    return want in value if isinstance(value, (list, tuple)) else value == want


def _value(each: Object, path: str) -> Json:
    found: Json = each
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _compares(value: Json, operator: str, operand: Json) -> bool:
    if operator == "+neq":
        return value != operand
    if operator == "+contains":
        inside = value if isinstance(value, (list, tuple)) else [str(value or MISSING)]
        return any(str(operand).lower() in str(one).lower() for one in inside)
    return _ordered(value, operator, operand)


def _ordered(value: Json, operator: str, operand: Json) -> bool:
    """Compare numbers, or times as the API writes them, which sort as text."""
    if value is None:
        return False
    if isinstance(value, str) is not isinstance(operand, str):
        raise Refused(400, f"{operator} cannot compare these")
    left, right = _sortable(value), _sortable(operand)
    outcomes = {"+gt": left > right, "+gte": left >= right, "+lt": left < right, "+lte": left <= right}
    return outcomes[operator]


def _sortable(value: Json) -> tuple[float, str]:
    if isinstance(value, (bool, int, float)):
        return (float(value), MISSING)
    return (0.0, str(value if value is not None else MISSING))
