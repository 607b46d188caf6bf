"""Functions that read streams: the records they get, retries, what is given up, on a clock moved by hand."""

import json

import pytest

from localcloud.front import Front
from localcloud.functions import RegionDark
from localcloud.pool import Throttled
from localcloud.sandbox import Outcome
from localcloud.stream_mappings import ACTIONS
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import allow, make_queue, make_role
from tests.localcloud.fake_functions import failed, succeeded
from tests.localcloud.stream_bench import EAST, StreamBench, failing_on
from tests.localcloud.tables import key, replicate
from tests.waiting import eventually

REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def test_a_change_is_handed_over_at_the_next_look_and_once(mapped: StreamBench) -> None:
    mapped.map()
    mapped.put("a")
    assert mapped.runner.events == [], "writing must not invoke"
    assert mapped.after(1) == [["a"]]
    assert mapped.after(10) == [["a"]]


@pytest.mark.parametrize(("position", "items"), [("TRIM_HORIZON", [["a", "b"]]), ("LATEST", [["b"]])])
def test_reading_begins_where_it_was_asked_to(mapped: StreamBench, position: str, items: list[list[str]]) -> None:
    mapped.put("a")
    mapped.map(StartingPosition=position)
    mapped.put("b")
    assert mapped.after(1) == items


def test_records_come_in_batches_of_at_most_the_batch_size(mapped: StreamBench) -> None:
    mapped.map(BatchSize=2)
    mapped.put("a", "b", "c")
    assert mapped.after(1) == [["a", "b"], ["c"]]


def test_a_window_waits_for_more(mapped: StreamBench) -> None:
    mapped.map(BatchSize=3, MaximumBatchingWindowInSeconds=5)
    mapped.put("a")
    assert mapped.after(3) == []
    mapped.put("b")
    assert mapped.after(3) == [["a", "b"]]
    mapped.put("c", "d", "e")
    assert mapped.after(1) == [["a", "b"], ["c", "d", "e"]]


def test_a_failed_batch_is_tried_again_ahead_of_what_came_later(mapped: StreamBench) -> None:
    mapped.runner.answers = [failed(), failed(), succeeded()]
    mapped.map()
    mapped.put("a")
    mapped.wait(0.25)
    mapped.put("b")
    assert mapped.after(10) == [["a"], ["a"], ["a"], ["b"]]


def test_retries_are_spaced_more_and_more(mapped: StreamBench) -> None:
    mapped.runner.answers = [failed()]
    mapped.map()
    mapped.put("a")
    seen = [len(mapped.after(1)) for _ in range(60)]
    assert seen[0] >= 2
    assert seen[59] - seen[29] == 1, "half a minute apart in the end"


def test_a_split_isolates_what_is_bad_and_the_rest_is_done(mapped: StreamBench) -> None:
    mapped.runner.invoke = failing_on(mapped, "c")  # type: ignore[method-assign]
    mapped.map(BisectBatchOnFunctionError=True, MaximumRetryAttempts=0)
    mapped.put("a", "b", "c", "d")
    assert mapped.after(1) == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"], ["d"]]


def test_a_report_is_the_place_to_go_on_from(mapped: StreamBench) -> None:
    mapped.runner.invoke = failing_on(mapped, "b", report=True)  # type: ignore[method-assign]
    mapped.map(MaximumRetryAttempts=1, **REPORTS)
    mapped.put("a", "b", "c")
    assert mapped.after(5) == [["a", "b", "c"], ["b", "c"]]


def test_without_the_setting_a_report_means_nothing(mapped: StreamBench) -> None:
    mapped.runner.invoke = failing_on(mapped, "b", report=True)  # type: ignore[method-assign]
    mapped.map()
    mapped.put("a", "b")
    assert mapped.after(5) == [["a", "b"]]


def test_lanes_work_side_by_side_and_a_key_stays_in_its_own(mapped: StreamBench) -> None:
    mapped.runner.invoke = failing_on(mapped, "a")  # type: ignore[method-assign]
    mapped.map(ParallelizationFactor=10)
    mapped.put("a", "b", "e")
    mapped.put("a", "b", "f", v="2")
    mapped.wait(1)
    batches = mapped.items()
    lanes = {item: number for number, batch in enumerate(batches) for item in batch if item != "a"}
    assert sorted(lanes) == ["b", "e", "f"], "what is in other lanes does not wait for what fails"
    assert ["b", "b"] in batches
    assert all(set(batch) == {"a"} or "a" not in batch for batch in batches)


def test_more_lanes_are_made_when_the_former_are_through(mapped: StreamBench) -> None:
    mapped.runner.answers = [failed(), succeeded()]
    uuid = mapped.map()
    mapped.put("a", "b")
    mapped.wait(0.25)
    mapped.change(uuid, ParallelizationFactor=10)
    mapped.put("a", "b", v="2")
    assert mapped.after(5) == [["a", "b"], ["a", "b"], ["b"], ["a"]]


def test_what_no_filter_wants_is_skipped_and_counts_as_done(mapped: StreamBench) -> None:
    pattern = json.dumps({"dynamodb": {"NewImage": {"v": {"S": [{"prefix": "yes"}]}}}})
    uuid = mapped.map(FilterCriteria={"Filters": [{"Pattern": pattern}]}, MetricsConfig={"Metrics": ["EventCount"]})
    mapped.put("a", v="no")
    mapped.put("b", v="yes")
    assert mapped.after(1) == [["b"]]
    assert mapped.samples("PolledEventCount", EventSourceMappingUUID=uuid) == [2]
    assert mapped.samples("FilteredOutEventCount", EventSourceMappingUUID=uuid) == [1]
    assert mapped.samples("InvokedEventCount", EventSourceMappingUUID=uuid) == [1]


@pytest.mark.parametrize("refusal", [Throttled("busy"), RegionDark("lost")])
def test_what_could_not_start_keeps_its_place_and_takes_none_of_the_retries(
    mapped: StreamBench, refusal: Exception
) -> None:
    mapped.runner.answers = [refusal, refusal, refusal, failed(), succeeded()]
    mapped.map(MaximumRetryAttempts=1)
    mapped.put("a")
    assert mapped.after(10) == [["a"]] * 5


def test_a_function_that_is_gone_is_waited_for(mapped: StreamBench) -> None:
    mapped.map()
    mapped.put("a")
    mapped.runner.functions.gone = True
    assert mapped.after(10) == []
    mapped.runner.functions.gone = False
    assert mapped.after(10) == [["a"]]


def test_a_dark_region_reads_nothing_and_goes_on_at_its_return(front: Front, mapped: StreamBench) -> None:
    mapped.map()
    mapped.put("a")
    front.gateway.world.darken(EAST)
    assert mapped.after(10) == []
    front.gateway.world.restore()
    assert mapped.after(1) == [["a"]]


def test_an_answer_from_a_region_that_was_lost_meanwhile_is_not_heard(front: Front, mapped: StreamBench) -> None:
    def invoke(_region: str, _name: str, payload: bytes, *_request_id: str) -> Outcome:
        mapped.runner.events.append(payload)
        if len(mapped.runner.events) == 1:
            front.gateway.world.darken(EAST)
        return succeeded()

    mapped.runner.invoke = invoke  # type: ignore[method-assign]
    mapped.map()
    mapped.put("a")
    assert mapped.after(5) == [["a"]]
    front.gateway.world.restore()
    assert mapped.after(5) == [["a"], ["a"]]


def test_a_disabled_mapping_goes_on_from_its_place_and_a_deleted_one_is_over(mapped: StreamBench) -> None:
    uuid = mapped.map(Enabled=False)
    mapped.put("a")
    assert mapped.after(5) == []
    mapped.change(uuid, Enabled=True)
    assert mapped.after(1) == [["a"]]
    mapped.change(uuid, Enabled=False)
    mapped.put("b")
    assert mapped.after(5) == [["a"]]
    mapped.change(uuid, Enabled=True)
    assert mapped.after(1) == [["a"], ["b"]]
    mapped.client("lambda").delete_event_source_mapping(UUID=uuid)
    mapped.put("c")
    assert mapped.after(5) == [["a"], ["b"]]


@pytest.mark.parametrize("missing", ACTIONS)
def test_a_role_without_any_one_permission_reads_nothing(mapped: StreamBench, client: ClientOf, missing: str) -> None:
    rest = [action for action in ACTIONS if action != missing]
    mapped.runner.functions.role = make_role(client, f"no-{missing.split(':')[1]}", [allow(rest, mapped.stream)])
    mapped.map()
    mapped.put("a")
    assert mapped.after(5) == []


def test_what_is_older_than_the_stream_keeps_is_never_delivered(mapped: StreamBench) -> None:
    mapped.runner.answers = [failed()]
    mapped.map()
    mapped.streams.retention_seconds = 60
    mapped.put("a")
    seen = mapped.after(80)
    assert mapped.after(80) == seen
    assert set(map(tuple, seen)) == {("a",)}


def test_a_mapping_of_a_replica_reads_what_was_replicated_there(
    front: Front, mapped: StreamBench, client: ClientOf
) -> None:
    west = client("dynamodb", "us-west-2")
    replicate(client("dynamodb"), mapped.table, "us-west-2")
    stream = west.describe_table(TableName=mapped.table)["Table"]["LatestStreamArn"]
    mapped.runner.functions.role = make_role(client, f"{mapped.name}-west", [allow(list(ACTIONS), stream)])
    client("lambda", "us-west-2").create_event_source_mapping(
        EventSourceArn=stream, FunctionName=mapped.name, StartingPosition="TRIM_HORIZON"
    )
    mapped.put("a")
    eventually(lambda: "Item" in west.get_item(TableName=mapped.table, Key=key("a")), 20, "the write is in the west")
    mapped.wait(1)
    ((record,),) = mapped.records()
    assert (record["awsRegion"], record["eventSourceARN"]) == ("us-west-2", stream)


def test_the_age_of_the_last_record_is_told_after_each_attempt(mapped: StreamBench) -> None:
    mapped.runner.answers = [failed(), succeeded()]
    mapped.map(MaximumBatchingWindowInSeconds=20)
    mapped.put("a")
    mapped.wait(30)
    ages = mapped.samples("IteratorAge", FunctionName=mapped.name)
    assert len(ages) == 2
    assert 19_000 < ages[0] < 23_000
    assert ages[0] < ages[1]


def test_a_time_scale_shortens_windows_and_ages(front: Front, client: ClientOf) -> None:
    mapped = StreamBench(front, client, "hasty-window", time_scale=0.1)
    mapped.map(MaximumBatchingWindowInSeconds=50)
    mapped.put("a")
    assert mapped.after(4) == []
    assert mapped.after(2) == [["a"]]


def test_a_time_scale_shortens_ages_too(front: Front, client: ClientOf) -> None:
    mapped = StreamBench(front, client, "hasty-age", time_scale=0.1)
    mapped.runner.answers = [failed()]
    mapped.map(MaximumRecordAgeInSeconds=60)
    mapped.put("a")
    seen = mapped.after(10)
    assert mapped.after(50) == seen


def test_reading_on_costs_no_more_after_many_records(mapped: StreamBench) -> None:
    shard = mapped.streams.shard(mapped.stream)
    mapped.put("a")
    shard.items.extend(shard.items * 50_000)
    position = mapped.streams.place(mapped.stream, "LATEST") - 3
    assert len(mapped.streams.read(mapped.stream, position, 10_000).records) == 3


def test_a_queue_beside_a_stream_is_still_read(mapped: StreamBench) -> None:
    url, arn = make_queue(mapped.client, f"{mapped.name}-q")
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    mapped.let(allow(actions, arn))
    mapped.map()
    mapped.client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=mapped.name, BatchSize=1)
    mapped.client("sqs").send_message(QueueUrl=url, MessageBody="hello")
    mapped.put("a")
    mapped.wait(2)
    assert sorted(records[0]["eventSource"] for records in mapped.records()) == ["aws:dynamodb", "aws:sqs"]
