"""The stub server of `tests.overhead`, in a process of its own so that it takes no time from who is timed."""

import sys
from collections.abc import Mapping
from typing import Any

from failover.rows import tier_key
from tests.failover.stub_dynamodb import StubDynamoDB

ROW = {"epoch": {"N": "1"}, "active": {"S": "primary"}, "phase": {"S": "steady"}}


def answer(operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer reads of the tier's row and of an item, and acknowledge writes."""
    if operation != "GetItem":
        return {}
    return {"Item": ROW if request["Key"] == tier_key("data") else request["Key"]}


if __name__ == "__main__":
    with StubDynamoDB(answer) as stub:
        print(stub.url, flush=True)
        sys.stdin.read()
