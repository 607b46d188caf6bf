"""Decides by role: which policies it has in this cloud, and what they allow."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from moto.awslambda.models import lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import ManagedPolicy, iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from localcloud import iam
from localcloud.access import Naming, UnknownOperation, accesses
from localcloud.caller import Caller
from localcloud.decisions import DecisionLog
from localcloud.iam import Access, PolicyError
from localcloud.request import Request
from localcloud.sessions import Session, Sessions

ALWAYS_ALLOWED = frozenset({("sts", "GetCallerIdentity")})


class Locks(Protocol):
    """Gives the lock of a service's backend."""

    def lock(self, service: str) -> AbstractContextManager[bool]:
        """Return the lock, which whoever reads the backend's state holds."""
        ...


class Roles:
    """The roles of this cloud's account, their policies read anew at each decision so that changes count at once."""

    def __init__(self, locks: Locks, now: Callable[[], datetime]) -> None:
        self._locks = locks
        self._now = now
        self.decisions = DecisionLog()
        self.sessions = Sessions()
        self._naming = Naming(
            account=DEFAULT_ACCOUNT_ID, partition_key=self._partition_key, secret_arn=self._secret_arn
        )

    def refusal(self, request: Request) -> str | None:
        """Say why a function or a session may not make this call; None if its role allows it or no role limits it."""
        session = self.session_of(request.caller)
        if session is None or (request.service, request.operation) in ALWAYS_ALLOWED:
            return None
        if session.over(self._now()):
            return "The security token included in the request is expired"
        try:
            needed = [_of_session(each, session) for each in accesses(request, self._naming)]
            refused = [each for each in needed if not self._allows(session.role_arn, each)]
        except (UnknownOperation, PolicyError) as error:
            return str(error)
        return _explain(session, refused[0]) if refused else None

    def session_of(self, caller: Caller) -> Session | None:
        """Give the role that limits a caller; None for whoever acts with none."""
        if caller.is_lambda:
            return Session(role_arn=self.role_of(caller), name=caller.name)
        return self.sessions.get(caller.access_key_id)

    def trusts(self, access: Access) -> bool:
        """Say whether a role, the access's resource, lets itself be taken by somebody of this account.

        Raises:
            PolicyError: the role's trust policy is not understood.
        """
        with self._locks.lock("iam"):
            roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values()
            document = next((each.assume_role_policy_document for each in roles if each.arn == access.resource), "")
        if not document:
            return False
        account = f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root"
        own = [each for each in iam.parse(document) if account in (each.principals or ())]
        return iam.judge([replace(each, resources=("*",)) for each in own], access) == "allowed"

    def role_allows(self, role_arn: str, action: str, resource: str) -> bool:
        """Say whether a role's policies allow an action on a resource; a role that does not exist allows nothing.

        Raises:
            PolicyError: a policy of the role is not understood.
        """
        return self._allows(role_arn, Access(action=action, resource=resource))

    def policy_allows(self, policy: str, service: str, action: str, resource: str, source_arn: str) -> bool:
        """Say whether a resource's own policy (JSON, "" for none) lets a service act for ``source_arn``."""
        context = {"aws:sourcearn": (source_arn,), "aws:sourceaccount": (DEFAULT_ACCOUNT_ID,)}
        access = Access(action=action, resource=resource, context=context)
        named = [each for each in iam.parse(policy) if {service, "*"} & set(each.principals or ())] if policy else []
        return iam.judge(named, access) == "allowed"

    def role_of(self, caller: Caller) -> str:
        """Give the ARN of a function's role; "" for a function that does not exist."""
        with self._locks.lock("lambda"):
            functions = lambda_backends[DEFAULT_ACCOUNT_ID][caller.region].list_functions()
            return next((each.role for each in functions if each.function_name == caller.name), "")

    def _allows(self, role_arn: str, access: Access) -> bool:
        statements = [each for document in self._documents(role_arn) for each in iam.parse(document)]
        allowed = iam.judge(statements, access) == "allowed"
        self.decisions.add(role_arn, access, allowed)
        return allowed

    def _documents(self, role_arn: str) -> list[str]:
        """Give the role's inline and attached policy documents."""
        with self._locks.lock("iam"):
            roles = iam_backends[DEFAULT_ACCOUNT_ID]["aws"].roles.values()
            role = next((each for each in roles if each.arn == role_arn), None)
            if role is None:
                return []
            attached = [_current(each) for each in role.managed_policies.values()]
            return [*role.policies.values(), *attached]

    def _partition_key(self, region: str, table: str) -> str:
        tables = dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables
        found = tables.get(table.rpartition("/")[2])
        return next((key["AttributeName"] for key in found.schema if key["KeyType"] == "HASH"), "") if found else ""

    def _secret_arn(self, region: str, secret_id: str) -> str:
        """Give a secret's ARN with the six characters that the service adds to its name."""
        found = secretsmanager_backends[DEFAULT_ACCOUNT_ID][region].secrets.get(secret_id)
        return str(found.arn) if found else f"arn:aws:secretsmanager:{region}:{DEFAULT_ACCOUNT_ID}:secret:{secret_id}"


def _current(policy: ManagedPolicy) -> str:
    """Give the document of an attached policy's default version."""
    return next(each.document for each in policy.versions if each.version_id == policy.default_version_id)


def _of_session(access: Access, session: Session) -> Access:
    return replace(access, context={**access.context, **session.context})


def _explain(session: Session, access: Access) -> str:
    # Who has taken a role is named without the role's path
    # (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
    account, _, role = session.role_arn.replace(":iam:", ":sts:").partition(":role/")
    user = f"{account}:assumed-role/{role.rpartition('/')[2]}/{session.name}"
    return (
        f"User: {user} is not authorized to perform: {access.action} on resource: {access.resource} "
        f"because no identity-based policy allows the {access.action} action"
    )
