"""Who may do what: named actions on named resources, for a named purpose, by a named somebody."""

import re
from collections.abc import Iterator

from policy.declared import Declared, text
from policy.documents import Statement, statements
from policy.rule import Finding, Rule

ATTACHMENTS = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
)
INVOKE_PERMISSION = "aws:lambda/permission:Permission"
KEY = "aws:kms/key:Key"
FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"
# What narrows a service that acts for others to one account, thing or organisation
# (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
NARROWING = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:principalorgid", "aws:principalaccount"}
)
# Lambda takes a role only for the functions of the role's own account, and knows no such condition
# (https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html).
OWN_ACCOUNT_ONLY = frozenset({"lambda.amazonaws.com"})
NAMED = re.compile(r"arn:aws:[^:]+:[^:]*:[^:]*:.")
SWITCHES = re.compile(r"arn:aws:s3:::[^/*]+/switch/\*")
WRITES = frozenset({"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"})


def wildcard_permission(declared: Declared) -> Iterator[Finding]:
    """Find permissions that reach further than what they name."""
    for one in statements(declared):
        wide = [*_wide_actions(one), *_wide_resources(one)]
        if one.allows and (wide or one.inverted):
            seen = f"{one.label} allows {', '.join(wide) or 'all but what ' + ', '.join(one.inverted) + ' says'}"
            yield Finding(resource=one.resource, subject=one.sid, seen=seen)
    for attachment in declared.of_type(*ATTACHMENTS):
        arn = text(attachment, "policyArn")
        if arn.startswith("arn:aws:iam::aws:"):
            yield Finding(resource=attachment, subject=arn, seen=f"attaches {arn}, which AWS widens when it likes")


def unnamed_permission(declared: Declared) -> Iterator[Finding]:
    """Find statements that do not say what they are for, or say it twice in one document."""
    seen: set[tuple[str, str, str]] = set()
    for one in statements(declared):
        key = (one.resource.urn, one.path, one.sid)
        if not one.sid:
            yield Finding(resource=one.resource, seen=f"has a statement without Sid: {', '.join(one.actions)}")
        elif key in seen:
            yield Finding(resource=one.resource, subject=one.sid, seen=f"has two statements named {one.sid}")
        seen.add(key)


def unbounded_write(declared: Declared) -> Iterator[Finding]:
    """Find rights to write a table that are not limited to named keys."""
    for one in statements(declared):
        writes = sorted(WRITES.intersection(one.actions))
        if one.allows and writes and "dynamodb:leadingkeys" not in one.condition_keys():
            seen = f"{one.label} may {', '.join(writes)} under any key"
            yield Finding(resource=one.resource, subject=one.sid, seen=seen)


def open_trust(declared: Declared) -> Iterator[Finding]:
    """Find what anybody, or a service on anybody's behalf, may take or use."""
    for one in statements(declared):
        for seen in _strangers(one) if one.allows else ():
            yield Finding(resource=one.resource, subject=one.sid, seen=f"{one.label} {seen}")
    for permission in declared.of_type(INVOKE_PERMISSION):
        narrowed = {"sourceArn", "sourceAccount", "principalOrgId"} & set(permission.inputs)
        if not narrowed:
            yield Finding(resource=permission, seen=f"lets {text(permission, 'principal')} invoke for anybody")
    for url in declared.of_type(FUNCTION_URL):
        if text(url, "authorizationType") == "NONE":
            yield Finding(resource=url, seen="is a function's address that takes calls without a signature")


def _strangers(one: Statement) -> Iterator[str]:
    narrowed = bool(one.condition_keys() & NARROWING)
    if any("*" in who for who in one.principals.values()) and not narrowed and not is_public_switch(one):
        yield "is open to everybody"
    services = sorted(set(one.principals.get("Service", ())) - OWN_ACCOUNT_ONLY)
    if services and not narrowed:
        yield f"lets {', '.join(services)} act on behalf of any account"
    if one.principals.get("Federated") and not any(key.endswith(":sub") for key in one.condition_keys()):
        yield "takes any token of its identity provider: no condition on the token's `sub`"


def _wide_actions(one: Statement) -> list[str]:
    return [action for action in one.actions if re.search(r"[*?]", action)]


def _wide_resources(one: Statement) -> list[str]:
    """Return the resources that are more or less than one thing; in a key's own policy `*` is the key itself."""
    if one.resource.type == KEY or is_public_switch(one):
        return []
    return [resource for resource in one.resources if "*" in resource or not NAMED.match(resource)]


def is_public_switch(one: Statement) -> bool:
    """Say whether a statement only shows switch objects, which Route 53's checkers read without credentials."""
    return one.actions == ("s3:GetObject",) and all(SWITCHES.fullmatch(resource) for resource in one.resources)


RULES = (
    Rule(
        id="wildcard-permission",
        protects="A role that is stolen or has a bug can do only what it was made for.",
        remedy="name actions and ARNs; where a name cannot be known, waive the Sid in policy/waivers.py",
        check=wildcard_permission,
    ),
    Rule(
        id="unnamed-permission",
        protects="Whoever reads a permission knows what it is for, and whether it may go.",
        remedy="give each statement a Sid that says its purpose",
        check=unnamed_permission,
    ),
    Rule(
        id="unbounded-write",
        protects="An observer cannot vote for another, nor anything write a row that is not its own.",
        remedy="add a condition on dynamodb:LeadingKeys",
        check=unbounded_write,
    ),
    Rule(
        id="open-trust",
        protects="Only what is ours takes our roles and reaches our queues, topics, buckets and functions.",
        remedy="condition it on aws:SourceArn or aws:SourceAccount; a token on its `sub`; an address on AWS_IAM",
        check=open_trust,
    ),
)
