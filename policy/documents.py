"""Policy documents inside inputs: roles', queues', topics', buckets', keys'."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evaluation import Registration
from policy.declared import Declared, texts


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement, with what may be a text or a list always as a tuple; ``inverted`` names NotAction and the like."""

    resource: Registration
    path: str
    sid: str
    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: Mapping[str, tuple[str, ...]]
    condition: Mapping[str, Mapping[str, object]]
    inverted: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return how a person finds it."""
        return f"statement {self.sid or '(without Sid)'}"

    def condition_keys(self) -> frozenset[str]:
        """Return the keys that its conditions compare, in lower case: IAM ignores theirs."""
        return frozenset(key.lower() for operands in self.condition.values() for key in operands)


def statements(declared: Declared) -> Iterator[Statement]:
    """Yield every statement of every document in the stack, resource by resource."""
    for one in declared.registrations:
        for path, found in texts(dict(one.inputs)):
            for statement in _of_document(found):
                yield _statement(one, path, statement)


def _of_document(found: str) -> list[Mapping[str, object]]:
    if not found.lstrip().startswith("{") or '"Statement"' not in found:
        return []
    document = json.loads(found)
    listed = document.get("Statement", [])
    return listed if isinstance(listed, list) else [listed]


def _statement(one: Registration, path: str, found: Mapping[str, object]) -> Statement:
    principal, condition = found.get("Principal", {}), found.get("Condition", {})
    principals = principal if isinstance(principal, Mapping) else {"*": principal}
    return Statement(
        resource=one,
        path=path,
        sid=str(found.get("Sid", "")),
        allows=found.get("Effect") == "Allow",
        actions=_listed(found.get("Action", [])),
        resources=_listed(found.get("Resource", [])),
        principals={str(kind): _listed(value) for kind, value in principals.items()},
        condition=condition if isinstance(condition, Mapping) else {},
        inverted=tuple(sorted(name for name in ("NotAction", "NotPrincipal", "NotResource") if name in found)),
    )


def _listed(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
