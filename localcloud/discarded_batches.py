"""What a failure destination is told of a stream's batch that was given up.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from localcloud.stream_batches import Batch


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a batch comes from: its mapping, its place and who was to take it."""

    mapping_id: str
    function_arn: str
    stream_arn: str
    shard: str


def invocation_record(origin: Origin, batch: Batch, now: datetime, with_payload: bool) -> str:
    """Write the record; only a bucket gets the payload, as text, and other destinations must look into the stream."""
    record = {
        "requestContext": {
            "requestId": batch.request_id,
            "functionArn": origin.function_arn,
            "condition": batch.fate,
            "approximateInvokeCount": batch.invocations,
        },
        **({"responseContext": _response(batch)} if batch.invocations else {}),
        "version": "1.0",
        "timestamp": f"{now.astimezone(UTC).isoformat(timespec='milliseconds').removesuffix('+00:00')}Z",
        "DDBStreamBatchInfo": _batch_info(origin, batch),
        **({"payload": batch.payload} if with_payload else {}),
    }
    return json.dumps(record)


def _response(batch: Batch) -> Mapping[str, object]:
    raised = {"functionError": "Unhandled"} if batch.raised else {}
    return {"statusCode": 200, "executedVersion": "$LATEST", **raised}


def object_key(origin: Origin, now: datetime, unique: str) -> str:
    """Name the object of a record in a bucket: by mapping, shard and time."""
    moment = now.astimezone(UTC)
    place = f"aws/lambda/{origin.mapping_id}/{origin.shard}"
    return f"{place}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{unique}"


def _batch_info(origin: Origin, batch: Batch) -> Mapping[str, object]:
    first, last = batch.records[0], batch.records[-1]
    return {
        "shardId": origin.shard,
        "startSequenceNumber": first.sequence,
        "endSequenceNumber": last.sequence,
        "approximateArrivalOfFirstRecord": _to_the_second(first.created_at),
        "approximateArrivalOfLastRecord": _to_the_second(last.created_at),
        "batchSize": len(batch.records),
        "streamArn": origin.stream_arn,
    }


def _to_the_second(seconds: float) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"
