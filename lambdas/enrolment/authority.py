"""The internal authority as one region uses it: the roots that the table names, the keys that the region has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from failover.certificate_building import Sign
from failover.enrolment.authorities import read_authorities
from failover.enrolment.certificates import Root
from failover.enrolment.signing_key import KmsClient, SigningKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Authority:
    """``keys`` are ARNs by label. The rows are read for each session, so that a rotation counts at once."""

    table: str
    dynamodb: DynamoDBClient
    kms: KmsClient
    keys: Mapping[str, str]

    def now(self) -> tuple[Root, tuple[Root, ...], Sign]:
        """Return the root that signs, all that nodes trust, and what signs.

        Raises:
            NoAuthority: no root of this deployment signs.
            BotoCoreError, ClientError: the table does not answer.
        """
        labels = tuple(sorted(self.keys))
        authorities = read_authorities(self.dynamodb, self.table)
        issuer = authorities.issuer(labels)
        sign: Callable[[bytes], bytes] = SigningKey(self.keys[issuer.label], self.kms).sign
        return issuer, authorities.trusted(labels), sign
