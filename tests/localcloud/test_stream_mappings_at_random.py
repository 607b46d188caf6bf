"""Whatever a function, its quota and its region do: each record is done or given up, and no key's records overtake."""

import json
import random
from collections import defaultdict
from typing import Any

import pytest

from localcloud.front import Front
from localcloud.functions import RegionDark
from localcloud.pool import Throttled
from localcloud.sandbox import Outcome
from tests.localcloud.deploying import allow, make_queue
from tests.localcloud.fake_functions import failed, succeeded
from tests.localcloud.stream_bench import StreamBench

EAST = "us-east-1"
KEYS = "abcdef"


class Whims:
    """A function that does what comes into its mind, and a world that does so too; remembers what was really done."""

    def __init__(self, front: Front, seed: int) -> None:
        self.front = front
        self.random = random.Random(seed)  # noqa: S311  (repeatable draws are the point)
        self.done: dict[str, list[int]] = defaultdict(list)
        self.asked: dict[str, list[dict[str, Any]]] = {}
        self.calm = False

    def invoke(self, _region: str, _name: str, payload: bytes, *request_id: str) -> Outcome:
        if not self.front.gateway.world.up(EAST):
            raise RegionDark("lost")
        changes = [record["dynamodb"] for record in json.loads(payload)["Records"]]
        self.asked[request_id[0]] = changes
        whim = 5 if self.calm else self.random.randrange(8)
        if whim == 0:
            raise Throttled("busy")
        if whim == 1:
            return failed()
        first = self.random.randrange(len(changes)) if whim == 2 else len(changes)
        if whim == 3:
            self.front.gateway.world.darken(EAST)
            return succeeded()
        for change in changes[:first]:
            self.done[change["Keys"]["id"]["S"]].append(int(change["NewImage"]["v"]["S"]))
        failures = [{"itemIdentifier": change["SequenceNumber"]} for change in changes[first:]]
        return succeeded(json.dumps({"batchItemFailures": failures}).encode())

    def given_up(self, told: dict[str, Any]) -> list[tuple[str, int]]:
        """Give keys and values of what a destination was told of."""
        info = told["DDBStreamBatchInfo"]
        first, last = int(info["startSequenceNumber"]), int(info["endSequenceNumber"])
        changes = self.asked[told["requestContext"]["requestId"]]
        found = [one for one in changes if first <= int(one["SequenceNumber"]) <= last]
        assert len(found) == info["batchSize"]
        return [(one["Keys"]["id"]["S"], int(one["NewImage"]["v"]["S"])) for one in found]


def drained(mapped: StreamBench, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while batch := mapped.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"]) for message in batch]
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_record_is_done_or_given_up_and_no_keys_records_overtake(
    front: Front, mapped: StreamBench, seed: int
) -> None:
    whims = Whims(front, seed)
    mapped.runner.invoke = whims.invoke  # type: ignore[method-assign]
    url, arn = make_queue(mapped.client, f"{mapped.name}-dead")
    mapped.let(allow("sqs:SendMessage", arn))
    mapped.map(
        BatchSize=4,
        ParallelizationFactor=1 + seed % 3,
        MaximumRetryAttempts=1,
        BisectBatchOnFunctionError=seed % 2 == 0,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    written: dict[str, list[int]] = defaultdict(list)
    for number in range(60):
        front.gateway.world.restore()
        key = whims.random.choice(KEYS)
        written[key].append(number)
        mapped.put(key, v=str(number))
        mapped.wait(whims.random.choice([0, 0.25, 0.5]))
    front.gateway.world.restore()
    whims.calm = True
    mapped.wait(60)
    given_up: dict[str, list[int]] = defaultdict(list)
    for told in drained(mapped, url):
        for key, value in whims.given_up(told):
            given_up[key].append(value)
    assert any(given_up.values()), "the function was too good for this to mean anything"
    for key, values in written.items():
        assert whims.done[key] == sorted(whims.done[key])
        assert sorted(whims.done[key] + given_up[key]) == values
