"""Every call that a failover makes, made by the orchestrator itself in a way that changes nothing.

It proves the role, the archive and the way to each region: whoever asks from outside would prove its own role only.
Nothing here touches an item that anybody reads: a write's condition can never hold, a deleted entry never was, a
published message passes no subscription's filter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from failover.environment import Environment
from failover.failures import AWS_ERRORS, Failure, code_of, failure_of
from failover.fan_out import FanOut
from failover.rows import answer_key, journal_key, tier_key, vote_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_ssm import SSMClient

KIND: Final = "rehearsal"
ALLOWED: Final = "allowed"
NO_ANSWER: Final = "no answer"
# A condition is looked at after the permission (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html).
NEVER: Final = "attribute_exists({key}) AND attribute_not_exists({key})"
HARMLESS: Final = (Failure.CONDITION, Failure.CONFLICT)


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The orchestrator's clients: its own region's control table and topic, the data regions, the parameters."""

    environment: Environment
    control: DynamoDBClient
    topics: SNSClient
    data: Mapping[str, DynamoDBClient]
    parameters: Mapping[str, SSMClient]
    fan_out: FanOut

    def run(self, canary_of: str, seconds: float) -> dict[str, str]:
        """Make all calls at once; return what each was answered, ``ALLOWED``, ``NO_ANSWER`` or an error's code."""
        calls: dict[str, Callable[[], object]] = {
            "read the row": lambda: self._read(tier_key(KIND)),
            "read the votes": self._read_votes,
            "move the tier": self._move,
            "keep the journal": self._journal,
            "publish": self._publish,
        }
        for region in self.data:
            calls[f"write the canary in {region}"] = lambda region=region: self._canary(region, canary_of)  # type: ignore[misc]
            calls[f"read the canary in {region}"] = lambda region=region: self._sight(region, canary_of)  # type: ignore[misc]
        for region in self.parameters:
            calls[f"name the active region in {region}"] = lambda region=region: self._name(region)  # type: ignore[misc]
        answers = self.fan_out({step: _harmless(call) for step, call in calls.items()}, seconds)
        return {step: _answer(one) for step, one in answers.items()}

    def _read(self, key: Mapping[str, Any]) -> object:
        return self.control.get_item(TableName=self.environment.control_table, Key=key, ConsistentRead=True)

    def _read_votes(self) -> object:
        keys = [tier_key(KIND), vote_key(KIND, self.environment.region), answer_key(KIND)]
        request: Any = {self.environment.control_table: {"Keys": keys, "ConsistentRead": True}}
        return self.control.batch_get_item(RequestItems=request)

    def _move(self) -> object:
        return _never(self.control, self.environment.control_table, tier_key(KIND))

    def _journal(self) -> object:
        request = {"DeleteRequest": {"Key": journal_key(KIND, 0, self.environment.region)}}
        return self.control.batch_write_item(RequestItems={self.environment.control_table: [request]})  # type: ignore[list-item]

    def _publish(self) -> object:
        return self.topics.publish(
            TopicArn=self.environment.signals_topic_arn, Message=json.dumps({"schema": 1, "kind": KIND})
        )

    def _canary(self, region: str, of: str) -> object:
        return _never(self.data[region], self.environment.canary_table, self._canary_key(of))

    def _sight(self, region: str, of: str) -> object:
        key = self._canary_key(of)
        return self.data[region].get_item(TableName=self.environment.canary_table, Key=key, ConsistentRead=True)

    def _canary_key(self, of: str) -> dict[str, Any]:
        return {"id": {"S": self.environment.canary_item(f"{of}-{KIND}").item_id}}

    def _name(self, region: str) -> object:
        """Ask to create what exists; where it does not, say so: run time has not named anything yet."""
        client, name = self.parameters[region], self.environment.active_parameter
        value = client.get_parameter(Name=name)["Parameter"]["Value"]
        try:
            return client.put_parameter(Name=name, Value=value, Type="String", Overwrite=False)
        except client.exceptions.ParameterAlreadyExists:
            return None


def is_rehearsal(event: object) -> bool:
    """Say whether an invocation asks for a rehearsal instead of giving an order."""
    return isinstance(event, dict) and event.get("kind") == KIND


def _never(client: DynamoDBClient, table: str, key: Mapping[str, Any]) -> object:
    return client.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET #kind = :kind",
        ConditionExpression=NEVER.format(key=next(iter(key))),
        ExpressionAttributeNames={"#kind": "kind"},
        ExpressionAttributeValues={":kind": {"S": KIND}},
    )


def _answer(one: object) -> str:
    if not isinstance(one, Exception):
        return ALLOWED
    return NO_ANSWER if failure_of(one) is Failure.UNREACHABLE else code_of(one)


def _harmless(call: Callable[[], object]) -> Callable[[], object]:
    """Take the answer that a permitted call is meant to get for an answer."""

    def answered() -> object:
        try:
            return call()
        except AWS_ERRORS as error:
            if failure_of(error) in HARMLESS:
                return None
            raise

    return answered
