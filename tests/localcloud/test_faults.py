import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from localcloud.caller import Caller
from localcloud.faults import Effect, Fault, FaultBook, FaultError, control_planes_out
from localcloud.front import Front
from localcloud.request import Request
from tests.localcloud.conftest import HURRIED, ClientOf
from tests.localcloud.tables import key, make, put, value
from tests.waiting import eventually


@pytest.fixture
def table(client: ClientOf) -> str:
    return make(client("dynamodb"))


def request(
    caller: str = "lambda.us-east-1.checker.0", region: str = "us-east-1", operation: str = "GetItem"
) -> Request:
    return Request(
        caller=Caller.parse(caller),
        region=region,
        service="dynamodb",
        operation=operation,
        params={"TableName": "orders", "Key": {"id": {"S": "order-1"}}},
        body=b"",
        environ={},
    )


@pytest.mark.parametrize(
    ("fault", "hit"),
    [
        (Fault(effect="reset"), True),
        (Fault(effect="reset", caller_kind="lambda", caller_region="us-east-1", caller_name="checker"), True),
        (Fault(effect="reset", region="us-east-1", service="dynamodb", operation="GetItem"), True),
        (Fault(effect="reset", caller_kind="client"), False),
        (Fault(effect="reset", caller_region="us-east-2"), False),
        (Fault(effect="reset", caller_name="orchestrator"), False),
        (Fault(effect="reset", region="us-east-2"), False),
        (Fault(effect="reset", service="sqs"), False),
        (Fault(effect="reset", operation="PutItem"), False),
        (Fault(effect="reset", table="orders"), True),
        (Fault(effect="reset", table="sessions"), False),
        (Fault(effect="reset", mentions="order-1"), True),
        (Fault(effect="reset", mentions="order"), False),
    ],
)
def test_a_fault_hits_the_calls_that_match_all_it_names(fault: Fault, hit: bool) -> None:
    book = FaultBook()
    book.add(fault)
    assert bool(book.hit(request())) is hit


def test_the_cloud_itself_is_never_hit() -> None:
    book = FaultBook()
    book.add(Fault(effect="reset"))
    assert not book.hit(request("internal.-.cloud.0"))


def test_a_rate_hits_that_share_of_calls_and_the_same_ones_for_the_same_seed() -> None:
    def hits(seed: int) -> list[bool]:
        book = FaultBook(seed)
        book.add(Fault(effect="reset", rate=0.3))
        return [bool(book.hit(request())) for _ in range(1000)]

    assert hits(1) == hits(1) != hits(2)
    assert 250 < sum(hits(1)) < 350


def test_nth_hits_one_call_and_is_spent() -> None:
    book = FaultBook()
    book.add(Fault(effect="reset", nth=3))
    assert [bool(book.hit(request())) for _ in range(5)] == [False, False, True, False, False]


def test_nth_of_each_process_hits_the_first_that_gets_there_and_no_other() -> None:
    book = FaultBook()
    book.add(Fault(effect="reset", nth=3, each_process=True))
    callers = [f"lambda.us-east-1.checker.{process}" for process in "0101101"]
    assert [bool(book.hit(request(caller))) for caller in callers] == [False, False, False, False, True, False, False]


def test_counts_say_what_matched_and_what_was_hit() -> None:
    book = FaultBook()
    book.add(Fault(effect="reset", nth=2, operation="GetItem"))
    for operation in ("GetItem", "PutItem", "GetItem", "GetItem"):
        book.hit(request(operation=operation))
    assert [(one["matched"], one["hits"]) for one in book.state()] == [(3, 1)]


@pytest.mark.parametrize(
    "given",
    [
        {"effect": "explode"},
        {"effect": "reset", "rate": 0},
        {"effect": "reset", "nth": 0},
        {"effect": "reset", "rate": "often"},
        {"efect": "reset"},
        {},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(FaultError):
        Fault.from_json(given)


def test_a_refused_call_is_ended_by_the_other_side_without_an_answer(
    front: Front, client: ClientOf, table: str
) -> None:
    front.gateway.faults.add(Fault(effect="refuse", operation="GetItem"))
    with pytest.raises(ConnectionClosedError):
        value(client("dynamodb"), table, "a")


def test_a_reset_call_is_ended_by_the_other_side(front: Front, client: ClientOf, table: str) -> None:
    front.gateway.faults.add(Fault(effect="reset", operation="GetItem"))
    with pytest.raises(ConnectionClosedError):
        value(client("dynamodb"), table, "a")


def test_a_black_hole_says_nothing_until_the_client_gives_up(front: Front, client: ClientOf, table: str) -> None:
    front.gateway.faults.add(Fault(effect="blackhole", operation="GetItem"))
    with pytest.raises(ReadTimeoutError):
        value(client("dynamodb", config=HURRIED), table, "a")


def test_an_injected_error_is_what_the_service_would_say(front: Front, client: ClientOf, table: str) -> None:
    front.gateway.faults.add(Fault(effect="error", operation="GetItem", status=500, code="InternalServerError"))
    dynamodb = client("dynamodb")
    with pytest.raises(dynamodb.exceptions.InternalServerError):
        value(dynamodb, table, "a")


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("dynamodb", "list_tables", "ThrottlingException"),
        ("lambda", "list_functions", "TooManyRequestsException"),
        ("sns", "list_topics", "Throttling"),
        ("sqs", "list_queues", "RequestThrottled"),
        ("ssm", "describe_parameters", "ThrottlingException"),
        ("s3", "list_buckets", "SlowDown"),
        ("route53", "list_hosted_zones", "Throttling"),
        ("iam", "list_roles", "Throttling"),
    ],
)
def test_throttling_is_spelled_in_each_services_protocol(
    front: Front, client: ClientOf, service: str, call: str, code: str
) -> None:
    front.gateway.faults.add(Fault(effect="throttle", service=service))
    with pytest.raises(ClientError) as caught:
        getattr(client(service), call)()
    assert caught.value.response["Error"]["Code"] == code


def test_latency_delays_a_call_that_then_goes_on(front: Front, client: ClientOf, table: str) -> None:
    put(client("dynamodb"), table, "a", "1")
    front.gateway.faults.add(Fault(effect="latency", operation="GetItem", latency_ms=100, jitter_ms=10))
    started = time.monotonic()
    assert value(client("dynamodb"), table, "a") == "1"
    assert time.monotonic() - started >= 0.09


def test_a_lost_reply_leaves_the_work_done(front: Front, client: ClientOf, table: str) -> None:
    front.gateway.faults.add(Fault(effect="lost_reply", operation="PutItem"))
    with pytest.raises(ConnectionClosedError):
        put(client("dynamodb"), table, "a", "1")
    assert value(client("dynamodb"), table, "a") == "1"


@pytest.fixture
def killed(front: Front) -> Iterator[list[Caller]]:
    victims: list[Caller] = []
    former = front.gateway.injection.killer
    front.gateway.injection.killer = victims.append
    yield victims
    front.gateway.injection.killer = former


@pytest.mark.parametrize(("effect", "stored"), [("kill_before", None), ("kill_after", "1")])
def test_a_caller_is_killed_around_its_nth_call(
    front: Front, client: ClientOf, table: str, killed: list[Caller], effect: Effect, stored: str | None
) -> None:
    caller = client("dynamodb", caller="client.us-east-1.victim.4")
    front.gateway.faults.add(Fault(effect=effect, caller_name="victim", operation="PutItem", nth=2))
    put(caller, table, "first", "0")
    with pytest.raises(ConnectionClosedError):
        put(caller, table, "second", "1")
    put(caller, table, "third", "2")
    assert [victim.access_key_id for victim in killed] == ["client.us-east-1.victim.4"]
    assert value(client("dynamodb"), table, "second") == stored


def test_lifting_a_black_hole_releases_whom_it_holds(front: Front, client: ClientOf, table: str) -> None:
    fault_id = front.gateway.faults.add(Fault(effect="blackhole", operation="GetItem"))
    with pytest.raises(ConnectionClosedError):
        _while_held(front, lambda: value(client("dynamodb"), table, "a"), fault_id)


def _while_held(front: Front, call: Callable[[], object], fault_id: str) -> None:
    """Make a call and lift the fault once it is held."""
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(call)
        eventually(lambda: front.gateway.faults.state()[0]["hits"] == 1, 20, "the call is held")
        front.gateway.faults.clear(fault_id)
        held.result()


def test_without_the_control_planes_data_planes_still_answer(front: Front, client: ClientOf, table: str) -> None:
    for fault in control_planes_out():
        front.gateway.faults.add(fault)
    for service, call in (("route53", "list_hosted_zones"), ("iam", "list_roles"), ("sts", "get_caller_identity")):
        with pytest.raises(ConnectionClosedError):
            getattr(client(service, "us-west-2"), call)()
    assert client("dynamodb").get_item(TableName=table, Key=key("a"))["ResponseMetadata"]["HTTPStatusCode"] == 200
