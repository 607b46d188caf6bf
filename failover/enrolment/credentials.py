"""Credentials of a node: a session of the stack's node role, from the region's own STS, tagged with whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from failover.enrolment.place import Place

# A role that was taken by a role ends after an hour, whatever is asked for
# (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining).
LIFE_SECONDS: Final = 3600
NODE_TAG, SITE_TAG, POOL_TAG = "lifeboat-node", "lifeboat-site", "lifeboat-pool"


class StsClient(Protocol):
    """The call of boto3's STS client that is made."""

    def assume_role(
        self,
        *,
        RoleArn: str,  # noqa: N803
        RoleSessionName: str,  # noqa: N803
        DurationSeconds: int,  # noqa: N803
        Tags: Sequence[Mapping[str, str]],  # noqa: N803
    ) -> Mapping[str, object]: ...


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What signs a node's calls to AWS; ``expires`` is AWS time in ISO 8601."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires: str


def node_credentials(client: StsClient, role_arn: str, node: int, place: Place) -> Credentials:
    """Take the node role for one node: its policy reads the tags, so that each node may do its own things only.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    tags = {NODE_TAG: str(node), SITE_TAG: place.site, POOL_TAG: place.pool}
    answer = client.assume_role(
        RoleArn=role_arn,
        RoleSessionName=f"node-{node}",
        DurationSeconds=LIFE_SECONDS,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    given = answer["Credentials"]
    if not isinstance(given, Mapping):
        raise TypeError("STS answered without credentials")
    return Credentials(
        access_key_id=str(given["AccessKeyId"]),
        secret_access_key=str(given["SecretAccessKey"]),
        session_token=str(given["SessionToken"]),
        expires=given["Expiration"].isoformat(),
    )
