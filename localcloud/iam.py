"""Evaluates IAM policies: what a list of statements says about one access.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, Self

from localcloud.policy_variables import filled, unknown_variables

Verdict = Literal["allowed", "denied", "not mentioned"]
Values = tuple[str, ...]


class PolicyError(ValueError):
    """A policy says something that is not understood here; nothing may be concluded from it."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """One action on one resource, with the condition keys of the request (their names in lower case)."""

    action: str
    resource: str
    context: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One operator on one key: ``ForAllValues:StringLike`` on ``dynamodb:LeadingKeys``, say."""

    quantifier: str
    operator: str
    if_exists: bool
    key: str
    wanted: Values

    @classmethod
    def parse(cls, spelled: str, key: str, wanted: object) -> Self:
        """Read one entry of a Condition block.

        Raises:
            PolicyError: an operator or a policy variable that is not known here.
        """
        quantifier, _, operator = spelled.rpartition(":")
        name = operator.removesuffix("IfExists")
        values = _texts(wanted)
        if name not in OPERATORS or quantifier not in ("", "ForAllValues", "ForAnyValue"):
            raise PolicyError(f"condition operator {spelled!r} is not known here")
        _check_variables(values)
        return cls(quantifier=quantifier, operator=name, if_exists=name != operator, key=key.lower(), wanted=values)

    def holds(self, context: Mapping[str, Values]) -> bool:
        """Say whether the request meets the condition; ``ForAllValues`` holds for a key that is absent, as in AWS."""
        values = context.get(self.key, ())
        if not values:
            return self.if_exists or self.quantifier == "ForAllValues" or self.operator.startswith("StringNot")
        wanted = filled(self.wanted, context)
        matched = [self._matches(value, wanted) for value in values]
        return any(matched) if self.quantifier == "ForAnyValue" else all(matched)

    def _matches(self, value: str, wanted: Values) -> bool:
        if self.operator.startswith("StringNot"):
            return not any(OPERATORS[self.operator](one, value) for one in wanted)
        return any(OPERATORS[self.operator](one, value) for one in wanted)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement; ``principals`` is None in an identity policy."""

    allows: bool
    actions: Values
    except_actions: Values
    resources: Values
    except_resources: Values
    conditions: tuple[Condition, ...]
    principals: Values | None

    @classmethod
    def parse(cls, given: Mapping[str, object]) -> Self:
        """Read one statement of a policy document.

        Raises:
            PolicyError: it has an element or a condition that is not known here.
        """
        unknown = set(given) - ELEMENTS
        if unknown:
            raise PolicyError(f"statement elements {sorted(unknown)} are not known here")
        resources, excepted = _texts(given.get("Resource", ())), _texts(given.get("NotResource", ()))
        _check_variables((*resources, *excepted))
        return cls(
            allows=given["Effect"] == "Allow",
            actions=_texts(given.get("Action", ())),
            except_actions=_texts(given.get("NotAction", ())),
            resources=resources,
            except_resources=excepted,
            conditions=_conditions(given.get("Condition", {})),
            principals=_principals(given["Principal"]) if "Principal" in given else None,
        )

    def covers(self, access: Access) -> bool:
        """Say whether the statement is about this access."""
        action, resource = access.action.lower(), access.resource
        return (
            _chosen(action, _lower(self.actions), _lower(self.except_actions))
            and _chosen(resource, filled(self.resources, access.context), self.except_resources)
            and all(condition.holds(access.context) for condition in self.conditions)
        )


ELEMENTS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"})


@lru_cache(maxsize=1024)
def parse(document: str) -> tuple[Statement, ...]:
    """Read a policy document.

    Raises:
        PolicyError: it cannot be understood.
    """
    try:
        statements = json.loads(document)["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise PolicyError(f"not a policy document: {document[:80]!r}") from error
    return tuple(Statement.parse(each) for each in (statements if isinstance(statements, list) else [statements]))


def judge(statements: Sequence[Statement], access: Access) -> Verdict:
    """Say what the statements make of an access: an explicit Deny wins, no mention is no permission."""
    covering = [statement.allows for statement in statements if statement.covers(access)]
    if not covering:
        return "not mentioned"
    return "allowed" if all(covering) else "denied"


def _chosen(value: str, wanted: Values, excepted: Values) -> bool:
    if excepted:
        return not any(like(pattern, value) for pattern in excepted)
    return any(like(pattern, value) for pattern in wanted)


def like(pattern: str, value: str) -> bool:
    """Match ``*`` (any run) and ``?`` (any one character), colons and slashes included."""
    return _wildcard(pattern).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Match an ARN part by part: a wildcard does not reach across the first five colons."""
    wanted, seen = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(seen) and all(map(like, wanted, seen))


@lru_cache(maxsize=4096)
def _wildcard(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _equal(wanted: str, value: str) -> bool:
    return wanted == value


def _equal_in_any_case(wanted: str, value: str) -> bool:
    return wanted.lower() == value.lower()


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _equal,
    "StringNotEquals": _equal,
    "StringLike": like,
    "StringNotLike": like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": _equal_in_any_case,
}


def _conditions(given: object) -> tuple[Condition, ...]:
    blocks = given if isinstance(given, dict) else {}
    return tuple(
        Condition.parse(operator, key, wanted) for operator, keys in blocks.items() for key, wanted in keys.items()
    )


def _check_variables(texts: Values) -> None:
    """Refuse what stands for a value that is not known here.

    Raises:
        PolicyError: naming it.
    """
    if unknown := unknown_variables(texts):
        raise PolicyError(f"policy variables are not known here: {unknown}")


def _principals(given: object) -> Values:
    """Flatten ``{"Service": [...], "AWS": ...}`` or ``"*"``."""
    if isinstance(given, dict):
        return tuple(text for value in given.values() for text in _texts(value))
    return _texts(given)


def _texts(given: object) -> Values:
    if isinstance(given, list | tuple):
        return tuple(text for each in given for text in _texts(each))
    return (str(given).lower() if isinstance(given, bool) else str(given),)


def _lower(texts: Values) -> Values:
    return tuple(text.lower() for text in texts)
