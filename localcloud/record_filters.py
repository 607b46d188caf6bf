"""Which records a mapping wants: Lambda's filter patterns, read once and asked of every record.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

Matcher: TypeAlias = Callable[[object], bool]
"""Says whether a part of a record matches a part of a pattern."""

Rule: TypeAlias = Callable[[Sequence[object]], bool]
"""Says whether a rule holds for the values at a leaf; there are none if the record has no such leaf."""

MOST_FILTERS = 5
LONGEST_PATTERN = 4096
OR = "$or"
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MISSING: Final = object()


class BadFilter(ValueError):
    """A filter that Lambda refuses."""


def wanted_by(criteria: object) -> Matcher:
    """Read a mapping's ``FilterCriteria``: a record is wanted if it matches any filter, or if there is none.

    Raises:
        BadFilter: there are too many filters, or one is no pattern.
    """
    filters = criteria.get("Filters") if isinstance(criteria, dict) else None
    matchers = [_filter(each) for each in filters or ()] if isinstance(filters, list) else []
    if len(matchers) > MOST_FILTERS:
        raise BadFilter(f"Filter count exceeds the limit of {MOST_FILTERS}.")
    return lambda record: not matchers or any(matches(record) for matches in matchers)


def _filter(given: object) -> Matcher:
    text = str(given.get("Pattern", "")) if isinstance(given, dict) else ""
    if len(text) > LONGEST_PATTERN:
        raise _no_pattern(f"longer than {LONGEST_PATTERN} characters")
    try:
        return _pattern(json.loads(text))
    except json.JSONDecodeError as error:
        raise _no_pattern(f"{text[:80]!r} is not JSON") from error


def _pattern(pattern: object) -> Matcher:
    """Read field names with rules (a list) or with a pattern for what is below (an object): all must match."""
    if not isinstance(pattern, dict):
        raise _no_pattern(f"{pattern!r} is neither an object nor a list of rules")
    fields = [_alternatives(below) if name == OR else _field(name, below) for name, below in pattern.items()]
    return lambda value: all(matches(value) for matches in fields)


def _alternatives(patterns: object) -> Matcher:
    if not isinstance(patterns, list) or len(patterns) < 2:
        raise _no_pattern(f"{OR} wants a list of patterns")
    matchers = [_pattern(each) for each in patterns]
    return lambda value: any(matches(value) for matches in matchers)


def _field(name: str, below: object) -> Matcher:
    if isinstance(below, list) and below:
        rules = [_rule(each) for each in below]
        return lambda value: any(holds(_leaves(_below(value, name))) for holds in rules)
    if not below:
        raise _no_pattern(f"{name!r} has no rule")
    matches = _pattern(below)
    return lambda value: matches(_below(value, name))


def _below(value: object, name: str) -> object:
    return value.get(name, _MISSING) if isinstance(value, Mapping) else _MISSING


def _leaves(value: object) -> Sequence[object]:
    """Give the values at a leaf: a list stands for each of its elements, and what has fields is no leaf."""
    if value is _MISSING or isinstance(value, Mapping):
        return ()
    return [each for each in value if not isinstance(each, Mapping)] if isinstance(value, list) else (value,)


def _rule(rule: object) -> Rule:
    """Read one rule: a value to equal, or an object with one comparison."""
    if not isinstance(rule, dict):
        return lambda leaves: any(_same(rule, leaf) for leaf in leaves)
    made = [RULES[name](operand) for name, operand in rule.items() if name in RULES]
    if len(rule) != 1 or not made or made[0] is None:
        raise _no_pattern(f"{rule!r} is no rule")
    return made[0]


def _no_pattern(why: str) -> BadFilter:
    return BadFilter(f"Invalid filter pattern definition: {why}.")


def _same(wanted: object, leaf: object) -> bool:
    """Compare as JSON does, where true is not 1."""
    return isinstance(wanted, bool) == isinstance(leaf, bool) and wanted == leaf


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _exists(operand: object) -> Rule | None:
    return (lambda leaves: bool(leaves) == operand) if isinstance(operand, bool) else None


def _anything_but(operand: object) -> Rule | None:
    unwanted = operand if isinstance(operand, list) else [operand]
    if not unwanted or not all(isinstance(each, str) or _is_number(each) for each in unwanted):
        return None
    return lambda leaves: any(not any(_same(each, leaf) for each in unwanted) for leaf in leaves)


def _numeric(operand: object) -> Rule | None:
    """Compare numbers. An item's numbers are strings in a record, so no such rule ever matches one, as on AWS.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
    """
    parts = operand if isinstance(operand, list) else []
    names, bounds = parts[::2], parts[1::2]
    if len(parts) not in (2, 4) or not set(map(str, names)) <= set(COMPARISONS) or not all(map(_is_number, bounds)):
        return None
    tests = [(COMPARISONS[name], bound) for name, bound in zip(names, bounds, strict=True)]
    return lambda leaves: any(_in_range(leaf, tests) for leaf in leaves)


def _in_range(leaf: object, tests: Sequence[tuple[Callable[[float, float], bool], float]]) -> bool:
    if not isinstance(leaf, int | float) or isinstance(leaf, bool):
        return False
    return all(holds(leaf, bound) for holds, bound in tests)


def _on_text(holds: Callable[[str, str], bool]) -> Callable[[object], Rule | None]:
    def read(operand: object) -> Rule | None:
        if not isinstance(operand, str):
            return None
        return lambda leaves: any(isinstance(leaf, str) and holds(leaf, operand) for leaf in leaves)

    return read


RULES: Mapping[str, Callable[[object], Rule | None]] = {
    "exists": _exists,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "prefix": _on_text(str.startswith),
    "suffix": _on_text(str.endswith),
    "equals-ignore-case": _on_text(lambda leaf, wanted: leaf.casefold() == wanted.casefold()),
}
