"""The internal authority's rows of the control table: which roots nodes trust, and which of them signs now.

Run time owns both: Pulumi declares the keys, `lifeboat authority` makes and moves what is kept here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from failover import rows
from failover.clock import zoned
from failover.enrolment.certificates import Root
from failover.failures import AWS_ERRORS, Failure, failure_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PK: Final = "authority"
ROOT: Final = "root#"
SIGNING: Final = "signing"


class NoAuthority(Exception):
    """No root signs: nobody made one, or the one that signs is not of this deployment."""


@dataclass(frozen=True, kw_only=True)
class Signing:
    """Which label signs, since when (AWS time), and who said so."""

    label: str
    since: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class Authorities:
    """All roots by label, of former deployments too, and who signs."""

    roots: Mapping[str, Root]
    signing: Signing | None

    def trusted(self, labels: tuple[str, ...]) -> tuple[Root, ...]:
        """Return the roots of these labels, in their order; one that is not made yet is left out."""
        return tuple(self.roots[label] for label in labels if label in self.roots)

    def issuer(self, labels: tuple[str, ...]) -> Root:
        """Return the root that signs.

        Raises:
            NoAuthority: there is none among these labels.
        """
        if self.signing is None or self.signing.label not in labels or self.signing.label not in self.roots:
            label = self.signing.label if self.signing else "none"
            raise NoAuthority(f"{label} signs, and {', '.join(labels)} have keys; `lifeboat authority show` tells")
        return self.roots[self.signing.label]


def read_authorities(client: DynamoDBClient, table: str) -> Authorities:
    """Read roots and signer, consistently.

    Raises:
        BotoCoreError, ClientError: the table does not answer in this region.
        MalformedRow: a row cannot be read.
    """
    answer = client.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": PK}},
        ConsistentRead=True,
    )
    found = [rows.values_of(item) for item in answer["Items"]]
    try:
        roots = [_root(values) for values in found if values["sk"].startswith(ROOT)]
        signing = [_signing(values) for values in found if values["sk"] == SIGNING]
    except (KeyError, ValueError) as error:
        raise rows.MalformedRow(f"the authority's rows cannot be read: {error!r}") from error
    return Authorities(roots={root.label: root for root in roots}, signing=next(iter(signing), None))


def keep_root(client: DynamoDBClient, table: str, root: Root) -> bool:
    """Keep a root; one of that label that is there stays as it is. Say whether it was kept."""
    item = {**_key(f"{ROOT}{root.label}"), **rows.to_item({"label": root.label, "pem": root.pem})}
    return _put_first(client, table, item)


def begin_signing(client: DynamoDBClient, table: str, signing: Signing) -> bool:
    """Let a label sign if none does yet; say whether it now does."""
    return _put_first(client, table, _signing_item(signing))


def move_signing(client: DynamoDBClient, table: str, former: Signing, signing: Signing) -> bool:
    """Let another label sign, if ``former`` still does; say whether it now does."""
    try:
        client.put_item(
            TableName=table,
            Item=_signing_item(signing),
            ConditionExpression="#label = :former AND #since = :since",
            ExpressionAttributeNames={"#label": "label", "#since": "since"},
            ExpressionAttributeValues=rows.to_item({":former": former.label, ":since": former.since.isoformat()}),
        )
    except AWS_ERRORS as error:
        if failure_of(error) is not Failure.CONDITION:
            raise
        return False
    return True


def _put_first(client: DynamoDBClient, table: str, item: rows.Item) -> bool:
    try:
        client.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")
    except AWS_ERRORS as error:
        if failure_of(error) is not Failure.CONDITION:
            raise
        return False
    return True


def _key(sk: str) -> rows.Item:
    return {"pk": {"S": PK}, "sk": {"S": sk}}


def _signing_item(one: Signing) -> rows.Item:
    return {**_key(SIGNING), **rows.to_item({"label": one.label, "since": one.since.isoformat(), "by": one.by})}


def _root(values: Mapping[str, object]) -> Root:
    return Root(label=str(values["label"]), pem=str(values["pem"]))


def _signing(values: Mapping[str, object]) -> Signing:
    return Signing(label=str(values["label"]), since=zoned(str(values["since"])), by=str(values["by"]))
