"""An observer's own vote row. One generation of the observer votes at a time; each takes over by condition."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failover import rows
from failover.failures import AWS_ERRORS, Failure, failure_of
from failover.tier import Value
from failover.votes import Vote

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Superseded(Exception):
    """A later generation of this observer votes now."""


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """Where one observer votes about one tier."""

    table: str
    client: DynamoDBClient
    tier: str
    observer: str

    def cast(self, opinion: Mapping[str, Value], *, generation: int, after: int | None) -> Vote | None:
        """Write the vote of ``generation`` if the row still is that of generation ``after`` (``None``: no row yet).

        Return the last vote of another generation that it took the place of, if that can be read.

        Raises:
            Superseded: it is not.
            BotoCoreError, ClientError: the table did not take it.
        """
        try:
            answer = self.client.update_item(
                TableName=self.table,
                Key=rows.vote_key(self.tier, self.observer),
                ReturnValues="NONE" if after in (None, generation) else "ALL_OLD",
                **_expressions({**opinion, "generation": generation, "tier": self.tier}, after),
            )
        except AWS_ERRORS as error:
            if failure_of(error) is Failure.CONDITION:
                raise Superseded(f"{self.observer} has voted in a later generation than {generation}") from error
            raise
        return rows.readable_vote(answer["Attributes"]) if answer.get("Attributes") else None


def _expressions(vote: Mapping[str, Value], after: int | None) -> Any:
    values: dict[str, Value] = {f":{name}": value for name, value in vote.items()}
    return {
        "UpdateExpression": _update(tuple(vote), tuple(name for name, value in vote.items() if value is None)),
        "ConditionExpression": "attribute_not_exists(pk)" if after is None else "#generation = :after",
        "ExpressionAttributeNames": {f"#{name}": name for name in [*vote, "counter"]},
        "ExpressionAttributeValues": rows.to_item({**values, ":one": 1, ":after": after}),
    }


@functools.lru_cache  # most votes have the same names
def _update(names: tuple[str, ...], absent: tuple[str, ...]) -> str:
    sets = ", ".join(f"#{name} = :{name}" for name in names if name not in absent)
    remove = " REMOVE " + ", ".join(f"#{name}" for name in absent) if absent else ""
    return f"SET {sets}{remove} ADD #counter :one"
