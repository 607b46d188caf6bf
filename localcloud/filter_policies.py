"""Which messages a subscription wants.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

import json
from collections.abc import Iterator, Mapping

from moto.sns.utils import FilterPolicyMatcher

BY_ATTRIBUTES = "MessageAttributes"


def wanted(policy: str, scope: str, message: str, attributes: Mapping[str, object]) -> bool:
    """Say whether a filter policy (JSON, "" for none) lets a message through.

    moto's matcher does the comparing; it reads a body's ``$or`` as if it were about attributes, so the alternatives are
    spelled out before.
    """
    if not policy:
        return True
    if scope != BY_ATTRIBUTES and not _is_object(message):
        return False
    return any(
        FilterPolicyMatcher(dict(alternative), scope).matches(dict(attributes), message)
        for alternative in _alternatives(json.loads(policy))
    )


def _alternatives(policy: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    choices = policy.get("$or")
    if not isinstance(choices, list):
        yield policy
        return
    rest = {name: rule for name, rule in policy.items() if name != "$or"}
    for choice in choices:
        yield from _alternatives({**rest, **choice})


def _is_object(message: str) -> bool:
    try:
        return isinstance(json.loads(message), dict)
    except ValueError:
        return False
