"""What the enrolment function is told by its environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import Misconfigured, required


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``authority_keys`` are the region's own key ARNs by label; the secret and the URL are where Linode is asked."""

    region: str
    stack: str
    control_table: str
    node_role_arn: str
    linode_url: str
    linode_secret_name: str
    authority_keys: Mapping[str, str]

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables.

        Raises:
            Misconfigured: one is missing or has no meaning.
        """
        return cls(
            region=required(environ, "AWS_REGION"),
            stack=required(environ, "STACK"),
            control_table=required(environ, "CONTROL_TABLE"),
            node_role_arn=required(environ, "NODE_ROLE_ARN"),
            linode_url=required(environ, "LINODE_API_URL"),
            linode_secret_name=required(environ, "LINODE_TOKEN_SECRET_NAME"),
            authority_keys=_keys(required(environ, "AUTHORITY_KEY_ARNS")),
        )


def _keys(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Misconfigured(f"AUTHORITY_KEY_ARNS cannot be read: {error}") from error
    if not isinstance(found, dict) or not found:
        raise Misconfigured("AUTHORITY_KEY_ARNS names no key; deploy the function with `pulumi up`")
    return {str(label): str(arn) for label, arn in found.items()}
