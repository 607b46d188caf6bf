from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.caller import Caller
from localcloud.front import Front
from localcloud.gateway import Gateway
from localcloud.latency import Latency, Profile
from localcloud.moto_cloud import MotoCloud, moto_app
from localcloud.regions import World
from localcloud.request import Request, Response
from tests.localcloud.conftest import ClientOf
from tests.localcloud.tables import key, make, put, value


def test_a_route_answers_instead_of_moto_and_may_still_ask_it(front: Front, client: ClientOf) -> None:
    seen: list[Caller] = []

    def noted(request: Request) -> Response:
        seen.append(request.caller)
        return front.gateway.moto(request)

    front.gateway.routes["ssm", "PutParameter"] = noted
    client("ssm").put_parameter(Name="/noted", Value="1", Type="String")
    del front.gateway.routes["ssm", "PutParameter"]
    assert [caller.name for caller in seen] == ["test"]
    assert client("ssm").get_parameter(Name="/noted")["Parameter"]["Value"] == "1"


def test_a_service_that_breaks_is_a_server_error(
    front: Front, client: ClientOf, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_request: Request) -> Response:
        raise RuntimeError("broken on purpose")

    front.gateway.routes["events", "ListRules"] = broken
    with pytest.raises(ClientError) as caught:
        client("events").list_rules()
    del front.gateway.routes["events", "ListRules"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "service failed" in caplog.messages


def test_answers_carry_aws_time_and_a_request_id(client: ClientOf) -> None:
    answer = client("dynamodb").list_tables()["ResponseMetadata"]
    told = parsedate_to_datetime(answer["HTTPHeaders"]["date"])
    assert abs(datetime.now(UTC) - told) < timedelta(seconds=2)
    assert answer["RequestId"]


def test_one_connection_serves_many_calls(front: Front, client: ClientOf) -> None:
    dynamodb = client("dynamodb")
    ports: set[str] = set()

    def noted(request: Request) -> Response:
        ports.add(str(request.environ["REMOTE_PORT"]))
        return front.gateway.moto(request)

    front.gateway.routes["dynamodb", "ListTables"] = noted
    for _ in range(5):
        dynamodb.list_tables()
    del front.gateway.routes["dynamodb", "ListTables"]
    assert len(ports) == 1


def test_the_log_of_calls_tells_who_called_what_and_how_it_ended(front: Front, client: ClientOf) -> None:
    since = front.gateway.calls.last
    table = make(client("dynamodb", "us-west-2"))
    (call,) = front.gateway.calls.since(since)
    assert (call.caller, call.region) == ("client.us-west-2.test.0", "us-west-2")
    assert (call.service, call.operation, call.status, call.fault) == ("dynamodb", "CreateTable", 200, None)
    assert table


@pytest.mark.usefixtures("restless_threads")
def test_eight_threads_adding_under_a_condition_lose_nothing(client: ClientOf) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb)
    put(dynamodb, table, "n", "0")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: add_ones(dynamodb, table, 5), range(8)))
    assert value(dynamodb, table, "n") == "40"


def add_ones(dynamodb: Any, table: str, times: int) -> None:
    """Add one under a condition on the value read, until that was done so often."""
    while times:
        seen = value(dynamodb, table, "n")
        condition = {"ConditionExpression": "v = :seen", "ExpressionAttributeValues": {":seen": {"S": seen}}}
        try:
            put(dynamodb, table, "n", str(int(seen or 0) + 1), **condition)
        except dynamodb.exceptions.ConditionalCheckFailedException:
            continue
        times -= 1


@pytest.mark.parametrize(
    ("caller", "slept"),
    [
        ("client.us-west-2.test.0", [0.0325, 0.0325]),
        ("lambda.us-west-2.ghost.0", [0.0325, 0.0325]),
        ("client.us-east-1.test.0", []),
        ("deployer.us-west-2.pulumi.0", []),
        ("internal.-.cloud.0", []),
    ],
)
def test_calls_to_another_region_take_a_round_trip(caller: str, slept: list[float]) -> None:
    sleeps: list[float] = []
    latency = Latency(Profile.named("cloud"))
    gateway = Gateway(MotoCloud(moto_app()), World(), latency=latency, sleep=sleeps.append)
    gateway.routes["dynamodb", "ListTables"] = lambda _request: Response(status=200, body=b"{}")
    scope = f"Credential={caller}/20300101/us-east-1/dynamodb/aws4_request"
    target = {"HTTP_X_AMZ_TARGET": "DynamoDB_20120810.ListTables", "HTTP_AUTHORIZATION": scope}
    gateway.answer({"REQUEST_METHOD": "POST", "PATH_INFO": "/", **target}, b"{}")
    assert sleeps == pytest.approx(slept)


def test_what_was_put_is_what_is_read(client: ClientOf) -> None:
    dynamodb = client("dynamodb")
    table = make(dynamodb)
    put(dynamodb, table, "a", "1")
    assert dynamodb.get_item(TableName=table, Key=key("a"))["Item"] == {**key("a"), "v": {"S": "1"}}
