"""Decides by role: which policies it has in this cloud, and what they allow."""

from contextlib import AbstractContextManager
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

ALWAYS_ALLOWED = frozenset({("sts", "GetCallerIdentity")})


class Locks(Protocol):
    """Gives the lock of a service's backend."""

    def lock(self, service: str) -> AbstractContextManager[bool]:
        """Return the lock, which whoever reads the backend's state holds."""
        ...


class Roles:
    """The roles of this cloud's account, their policies read anew at each decision so that changes count at once."""

    def __init__(self, locks: Locks) -> None:
        self._locks = locks
        self.decisions = DecisionLog()
        self._naming = Naming(
            account=DEFAULT_ACCOUNT_ID, partition_key=self._partition_key, secret_arn=self._secret_arn
        )

    def refusal(self, request: Request) -> str | None:
        """Say why a function may not make this call, or None if its role allows it or no role limits the caller."""
        if not request.caller.is_lambda or (request.service, request.operation) in ALWAYS_ALLOWED:
            return None
        try:
            role = self.role_of(request.caller)
            refused = [each for each in accesses(request, self._naming) if not self._allows(role, each)]
        except (UnknownOperation, PolicyError) as error:
            return str(error)
        return _explain(role, request.caller, refused[0]) if refused else None

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


def _explain(role_arn: str, caller: Caller, access: Access) -> str:
    # Who has taken a role is named without the role's path
    # (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html).
    account, _, role = role_arn.replace(":iam:", ":sts:").partition(":role/")
    user = f"{account}:assumed-role/{role.rpartition('/')[2]}/{caller.name}"
    return (
        f"User: {user} is not authorized to perform: {access.action} on resource: {access.resource} "
        f"because no identity-based policy allows the {access.action} action"
    )
