"""What could not be replicated is tried again by hand: what succeeds leaves the queue, everything else stays there."""

import json

import pytest

from localcloud.faults import Fault
from ops import dead_queue
from ops.dead_queue import DeadQueue, Fate
from tests.ops.conftest import Ground
from tests.ops.streams_ground import StreamsGround, record

AGAIN = ("redrive", "--yes", "--reason", "INC-42")
HERE, THERE = "us-east-1", "us-west-2"


@pytest.fixture
def streams(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> StreamsGround:
    monkeypatch.setattr(dead_queue, "WAIT_SECONDS", 0)  # nobody else sends
    return StreamsGround.over(ground, monkeypatch)


def by_lambda(streams: StreamsGround, *records: object) -> None:
    """Keep a batch as Lambda does that has given it up."""
    name = f"arn:aws:lambda:{HERE}:123456789012:function:{streams.named('stream-replicator-orders')}:$LATEST"
    about = {"functionArn": name, "condition": "RecordAgeExceeded", "approximateInvokeCount": 9}
    body = json.dumps({"requestContext": about, "version": "1.0", "payload": json.dumps({"Records": records})})
    key = "aws/lambda/m/shardId-1/2026/11/26/2026-11-26T03:00:00-x"
    streams.client("s3", HERE).put_object(Bucket=streams.bucket(HERE), Key=key, Body=body)
    streams.tell(HERE, key)


def test_a_dry_run_lists_what_waits_and_lets_others_see_it(streams: StreamsGround) -> None:
    streams.bury(HERE, record("1", key="a"), "event 'X' is unknown")
    told = streams.lifeboat("redrive", "--dry-run")
    assert told.exit_code == 0
    assert (
        f'waiting: {HERE} orders {{"id": {{"S": "a"}}}}, 2026-11-26T03:00:00.000Z: event \'X\' is unknown'
        in told.stdout
    )
    assert "1 waiting" in told.stdout
    assert (streams.functions.events, streams.waiting(HERE), streams.held(HERE)) == ([], 1, 0)


def test_what_succeeds_leaves_the_queue_and_goes_to_the_function_of_its_own_region(streams: StreamsGround) -> None:
    streams.bury(HERE, record("1"))
    streams.bury(THERE, record("2"))
    told = streams.lifeboat(*AGAIN)
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, "2 redriven")
    function = streams.named("stream-replicator-orders")
    assert sorted((region, name) for region, name, _ in streams.functions.events) == [
        (HERE, function),
        (THERE, function),
    ]
    assert (HERE, function, {"redriven": True, "Records": [record("1")]}) in streams.functions.events
    assert (streams.waiting(HERE), streams.waiting(THERE)) == (0, 0)


def test_a_batch_that_lambda_gave_up_goes_as_the_batch_that_it_was(streams: StreamsGround) -> None:
    by_lambda(streams, record("1"), record("2", key="b"))
    listed = streams.lifeboat("redrive", "--dry-run").stdout
    assert 'orders {"id": {"S": "a"}} and 1 more' in listed
    assert "RecordAgeExceeded after 9 attempts" in listed
    assert streams.lifeboat(*AGAIN).exit_code == 0
    ((_, _, event),) = streams.functions.events
    assert event["Records"] == [record("1"), record("2", key="b")]


def test_what_fails_again_stays_and_the_rest_is_done_once_each(streams: StreamsGround) -> None:
    streams.functions.poison = {"2"}
    for number in ("1", "2", "3"):
        streams.bury(HERE, record(number))
    document = streams.document(*AGAIN, code=3)
    fates = sorted(one["fate"] for one in document["regions"][HERE]["letters"])
    assert fates == ["left", "redriven", "redriven"]
    assert len(streams.functions.events) == 3
    assert (streams.waiting(HERE), streams.held(HERE)) == (1, 0)
    streams.functions.poison = set()
    assert streams.lifeboat(*AGAIN).exit_code == 0
    assert streams.waiting(HERE) == 0


def test_a_function_that_fails_as_a_whole_leaves_the_message(streams: StreamsGround) -> None:
    streams.functions.fails = True
    streams.bury(HERE, record("1"))
    told = streams.lifeboat(*AGAIN)
    assert told.exit_code == 3
    assert "failed: 1 left" in told.stderr
    assert streams.waiting(HERE) == 1


def test_an_object_that_is_told_of_twice_is_carried_once(streams: StreamsGround) -> None:
    streams.bury(HERE, record("1"))
    streams.bury(HERE, record("1"))
    assert streams.lifeboat(*AGAIN).exit_code == 0
    assert (len(streams.functions.events), streams.waiting(HERE)) == (1, 0)


def test_the_message_of_a_new_notification_is_no_dead_record_and_goes(streams: StreamsGround) -> None:
    streams.send(HERE, json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"}))
    dry = streams.lifeboat("redrive", "--dry-run")
    assert (dry.stdout, streams.waiting(HERE)) == ("no dead records\n", 1)
    told = streams.lifeboat(*AGAIN)
    assert (told.exit_code, told.stdout, streams.waiting(HERE)) == (0, "no dead records\n", 0)


@pytest.mark.parametrize("body", ["not JSON", "[]", "{}", '{"Records": []}', '{"Records": [{"s3": 1}]}'])
def test_a_message_that_is_none_of_s3s_is_told_and_left(streams: StreamsGround, body: str) -> None:
    streams.send(HERE, body)
    told = streams.lifeboat(*AGAIN)
    assert told.exit_code == 3
    assert "left: us-east-1" in told.stdout
    assert (streams.functions.events, streams.waiting(HERE)) == ([], 1)


@pytest.mark.parametrize(
    ("function", "records"), [("somebody-elses", [record("1")]), ("stream-replicator-orders", []), ("", [1])]
)
def test_an_object_that_no_replicator_of_the_stack_wrote_is_told_and_left(
    streams: StreamsGround, function: str, records: list[object]
) -> None:
    body = json.dumps({"function": streams.named(function), "reason": "x", "Records": records})
    streams.client("s3", HERE).put_object(Bucket=streams.bucket(HERE), Key="k", Body=body)
    streams.tell(HERE, "k")
    assert streams.lifeboat(*AGAIN).exit_code == 3
    assert (streams.functions.events, streams.waiting(HERE)) == ([], 1)


def test_an_object_of_another_bucket_or_of_none_is_told_and_left(streams: StreamsGround) -> None:
    streams.tell(HERE, "k", bucket=streams.bucket(THERE))
    streams.tell(HERE, "gone")
    letters = streams.document(*AGAIN, code=3)["regions"][HERE]["letters"]
    assert sorted("not in this stack's" in one["why"] for one in letters) == [False, True]
    assert streams.waiting(HERE) == 2


def test_a_region_that_does_not_answer_is_told_and_the_other_one_is_done(streams: StreamsGround) -> None:
    streams.bury(HERE, record("1"))
    streams.bury(THERE, record("2"))
    streams.front.gateway.world.darken(HERE, "refuse")
    told = streams.lifeboat(*AGAIN)
    assert told.exit_code == 3
    assert "us-east-1 does not answer" in told.stderr
    assert [region for region, _, _ in streams.functions.events] == [THERE]
    streams.front.gateway.world.restore()
    assert (streams.waiting(HERE), streams.waiting(THERE)) == (1, 0)


def test_one_region_alone_can_be_done(streams: StreamsGround) -> None:
    streams.bury(HERE, record("1"))
    streams.bury(THERE, record("2"))
    assert streams.lifeboat(*AGAIN, "--region", THERE).exit_code == 0
    assert (streams.waiting(HERE), streams.waiting(THERE)) == (1, 0)
    assert streams.lifeboat(*AGAIN, "--region", "eu-west-1").exit_code == 1


def test_it_needs_a_reason_which_the_journal_keeps_with_who_gave_it(streams: StreamsGround) -> None:
    streams.bury(HERE, record("1"))
    assert streams.lifeboat("redrive", "--yes").exit_code == 1
    assert streams.waiting(HERE) == 1
    assert streams.lifeboat(*AGAIN).exit_code == 0
    (entry,) = streams.document("journal", "data-redrives")["entries"]
    assert (entry["detail"], entry["outcome"], "@" in entry["owner"]) == ("INC-42: 1 redriven", "done", True)


def test_tables_whose_streams_nobody_reads_have_no_dead_records(ground: Ground) -> None:
    ground.saved.write_text(json.dumps({"lifeboat": {**ground.outputs, "dataMode": "mrsc"}}))
    told = ground.lifeboat("redrive", "--dry-run")
    assert (told.exit_code, told.stderr.count("\n")) == (1, 1)
    assert "mode mrsc" in told.stderr
    assert told.stderr.endswith("; next: lifeboat verify -s prod TABLE\n")


def test_a_run_that_is_stopped_ends_after_the_message_in_hand_and_puts_back_the_rest(streams: StreamsGround) -> None:
    for number in ("1", "2", "3"):
        streams.bury(HERE, record(number))
    function = streams.named("stream-replicator-orders")
    queue = DeadQueue(
        HERE, queue=streams.named("dead-records"), bucket=streams.bucket(HERE), functions={function: "orders"}
    )
    streams.functions.then = queue.stop
    (letter,) = queue.run(dry=False).letters
    assert (letter.fate, len(streams.functions.events)) == (Fate.REDRIVEN, 1)
    assert (streams.waiting(HERE), streams.held(HERE)) == (2, 0)


def test_messages_are_put_back_when_the_region_fails_half_way(streams: StreamsGround) -> None:
    for number in ("1", "2"):
        streams.bury(HERE, record(number))
    streams.front.gateway.faults.add(Fault(effect="error", service="sqs", operation="DeleteMessage"))
    assert streams.lifeboat(*AGAIN).exit_code == 3
    streams.front.gateway.faults.clear()
    assert (streams.waiting(HERE), streams.held(HERE)) == (2, 0)
