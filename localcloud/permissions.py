"""What the cloud's own machinery may do on somebody's behalf, by role and by resource policy."""

from typing import Protocol


class Permissions(Protocol):
    """Answers for the services that act with a role (Scheduler, Lambda's pollers) or as themselves (SNS)."""

    def role_allows(self, role_arn: str, action: str, resource: str) -> bool:
        """Say whether a role's policies allow the action."""
        ...

    def policy_allows(self, policy: str, service: str, action: str, resource: str, source_arn: str) -> bool:
        """Say whether a resource's own policy (JSON, "" for none) lets a service act for ``source_arn``."""
        ...
