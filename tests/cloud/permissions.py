"""What a recorded run says about policies: which of their parts it needed, and which parts are loose whoever runs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from localcloud import iam
from localcloud.iam import Access
from tests.cloud.role_policies import RolePolicy, StatementOf

ACCOUNT = "123456789012"
# Lambda makes up the names of a group's streams.
OPEN_ENDED = ":log-stream:*"


def item(action: str, region: str, table: str, key: str) -> Access:
    """Return a call's access to one item of a deployed table."""
    arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/lifeboat-local-{table}"
    return Access(action=f"dynamodb:{action}", resource=arn, context={"dynamodb:leadingkeys": (key,)})


def on(action: str, region: str, resource: str) -> Access:
    """Return a call's access to another resource of the call's service."""
    return Access(action=action, resource=f"arn:aws:{action.partition(':')[0]}:{region}:{ACCOUNT}:{resource}")


@dataclass(frozen=True, kw_only=True)
class Used:
    """One role's policy and everything that the role was asked for in the run."""

    policy: RolePolicy
    accesses: tuple[Access, ...]

    @classmethod
    def of(cls, policy: RolePolicy, decisions: Iterable[Mapping[str, Any]]) -> Self:
        """Pick the role's own out of the cloud's log of decisions."""
        own = tuple(access(one["access"]) for one in decisions if one["role"] == policy.role_arn)
        return cls(policy=policy, accesses=own)

    def mentions(self, asked: Access) -> bool:
        """Say whether any statement, allowing or denying, is about an access."""
        parsed = iam.parse(json.dumps({"Statement": list(self.policy.statements)}))
        return iam.judge(parsed, asked) != "not mentioned"

    def suffices(self, statements: Sequence[StatementOf]) -> bool:
        """Say whether other statements would have carried the role through the run."""
        parsed = iam.parse(json.dumps({"Statement": list(statements)}))
        return all(iam.judge(parsed, access) == "allowed" for access in self.accesses)


def access(recorded: Mapping[str, Any]) -> Access:
    """Read an access of the cloud's log of decisions."""
    context = {key: tuple(values) for key, values in recorded["context"].items()}
    return Access(action=recorded["action"], resource=recorded["resource"], context=context)


def unneeded(roles: Sequence[Used]) -> list[str]:
    """Name the parts (statements, actions, resources, key patterns) that no role of one kind can be seen to need.

    The roles are one kind's in several regions; a part is needed if one of them would have been refused without it.
    """
    parts = [dict(_reductions(role.policy.statements)) for role in roles]
    return [
        part for part in parts[0] if all(role.suffices(less[part]) for role, less in zip(roles, parts, strict=True))
    ]


def _reductions(statements: Sequence[StatementOf]) -> Iterator[tuple[str, tuple[StatementOf, ...]]]:
    """Give each part's name and the statements without it; the name is the same in every region."""
    for number, statement in enumerate(statements):
        rest = (*statements[:number], *statements[number + 1 :])
        yield statement["Sid"], rest
        for action in statement["Action"]:
            yield f"{statement['Sid']} {action}", (*rest, {**statement, "Action": _but(statement["Action"], action)})
        for place, resource in enumerate(statement["Resource"]):
            less = {**statement, "Resource": _but(statement["Resource"], resource)}
            yield f"{statement['Sid']} resource {place}", (*rest, less)
        for place, condition in enumerate(_narrowed(statement)):
            yield f"{statement['Sid']} pattern {place}", (*rest, {**statement, "Condition": condition})


def _narrowed(statement: StatementOf) -> Iterator[Mapping[str, Any]]:
    """Give the conditions with one pattern less; one that would have none left allows nothing anyway."""
    for operator, keys in statement.get("Condition", {}).items():
        for key, patterns in keys.items():
            for pattern in patterns if len(patterns) > 1 else ():
                yield {operator: {key: _but(patterns, pattern)}}


def _but(values: Iterable[str], one: str) -> list[str]:
    return [value for value in values if value != one]


def loose(statement: StatementOf) -> list[str]:
    """Name what is wider than a purpose: a wildcard in an action or a name, a table without its keys."""
    found = [f"action {action}" for action in statement["Action"] if "*" in action or "?" in action]
    closed = (resource.removesuffix(OPEN_ENDED) for resource in statement["Resource"])
    found += [f"resource {resource}" for resource in closed if "*" in resource or "?" in resource]
    keys = statement.get("Condition", {})
    patterns = [one for operator in keys.values() for one in operator.get("dynamodb:LeadingKeys", ())]
    found += [f"keys {one}" for one in patterns if "*" in one and ("#" not in one or "*" in one[:-1])]
    if any(action.startswith("dynamodb:") for action in statement["Action"]) and not patterns:
        found.append("no keys")
    return found
