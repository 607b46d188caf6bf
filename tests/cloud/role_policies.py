"""The policies of the functions' roles as they are deployed, to be read and, for a while, reduced."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.cloud.stage import Stage

StatementOf = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class RolePolicy:
    """One role's only policy; ``iam`` is an operator's client."""

    iam: Any
    role_arn: str
    name: str
    statements: tuple[StatementOf, ...]

    @classmethod
    def of_function(cls, stage: Stage, region: str, function: str) -> "RolePolicy":
        """Read the policy of a function's role."""
        arn = stage.client("lambda", region).get_function_configuration(FunctionName=function)["Role"]
        return cls.of_role(stage, str(arn))

    @classmethod
    def of_scheduler(cls, stage: Stage, region: str) -> "RolePolicy":
        """Read the policy of the role that starts a region's observer."""
        schedule = stage.client("scheduler", region).get_schedule(Name=stage.observer)
        return cls.of_role(stage, str(schedule["Target"]["RoleArn"]))

    @classmethod
    def of_role(cls, stage: Stage, role_arn: str) -> "RolePolicy":
        """Read the one inline policy of a role that has no other."""
        iam, role = stage.client("iam", "us-east-1"), role_arn.rpartition("/")[2]
        (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        return cls(iam=iam, role_arn=role_arn, name=name, statements=tuple(document["Statement"]))

    def without(self, sid: str) -> tuple[StatementOf, ...]:
        """Return the statements but one."""
        kept = tuple(one for one in self.statements if one["Sid"] != sid)
        assert len(kept) == len(self.statements) - 1, f"no statement {sid} in {[one['Sid'] for one in self.statements]}"
        return kept

    @contextmanager
    def reduced_to(self, statements: Sequence[StatementOf]) -> Iterator[None]:
        """Really take the other statements away, until the block ends."""
        self._put(statements)
        try:
            yield
        finally:
            self._put(self.statements)

    def _put(self, statements: Sequence[StatementOf]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.iam.put_role_policy(
            RoleName=self.role_arn.rpartition("/")[2], PolicyName=self.name, PolicyDocument=document
        )
