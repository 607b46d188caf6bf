"""The event source mapping that feeds a table's stream to a function: nothing of it is lost while there is a bucket."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

# As long as records can wait and still be kept: a stream forgets after 24 hours, the bucket does not. Until then a
# target that does not answer is waited for.
KEPT_WAITING_HOURS = 20
LARGEST_RETRIES = 10_000


@dataclass(frozen=True, kw_only=True)
class StreamMappingArgs:
    """``patterns`` let records through, all without any; what has waited too long goes into the dead records' bucket.

    ``lanes`` and ``window_seconds`` are as Lambda has them where they are left out: one, and none.
    """

    stream_arn: pulumi.Input[str]
    function_name: pulumi.Input[str]
    dead_records_arn: pulumi.Input[str]
    batch: int
    patterns: Sequence[str]
    lanes: int | None = None
    window_seconds: int | None = None


def of_origin(rules: list[object]) -> dict[str, object]:
    """Return the part of an image's filter that asks for the site that an item's version is of.

    ``_lifeboat`` and ``o`` are those of failover/replication/stamps.py, which infra names by path only.
    """
    return {"_lifeboat": {"M": {"o": {"S": rules}}}}


def stream_mapping(name: str, args: StreamMappingArgs, opts: pulumi.ResourceOptions) -> aws.lambda_.EventSourceMapping:
    """Declare the mapping."""
    return aws.lambda_.EventSourceMapping(
        name,
        event_source_arn=args.stream_arn,
        function_name=args.function_name,
        starting_position="TRIM_HORIZON",
        batch_size=args.batch,
        maximum_batching_window_in_seconds=args.window_seconds,
        filter_criteria=_criteria(args.patterns),
        parallelization_factor=args.lanes,
        bisect_batch_on_function_error=True,
        maximum_record_age_in_seconds=KEPT_WAITING_HOURS * 3600,
        maximum_retry_attempts=LARGEST_RETRIES,
        function_response_types=["ReportBatchItemFailures"],
        destination_config=aws.lambda_.EventSourceMappingDestinationConfigArgs(
            on_failure=aws.lambda_.EventSourceMappingDestinationConfigOnFailureArgs(
                destination_arn=args.dead_records_arn
            )
        ),
        opts=opts,
    )


def _criteria(patterns: Sequence[str]) -> aws.lambda_.EventSourceMappingFilterCriteriaArgs | None:
    if not patterns:
        return None
    filters = [aws.lambda_.EventSourceMappingFilterCriteriaFilterArgs(pattern=one) for one in patterns]
    return aws.lambda_.EventSourceMappingFilterCriteriaArgs(filters=filters)
