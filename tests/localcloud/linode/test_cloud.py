"""Linode behind the cloud's gateway: told from AWS, hit by the same faults, cut off by the same networks."""

import json
from http.client import RemoteDisconnected
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config

from localcloud.faults import Fault
from localcloud.front import Front
from localcloud.identify import identify
from localcloud.linode.account import OWNER
from tests.localcloud.linode.bench import PASSWORD, REGION, Bench
from tests.waiting import eventually

LAMBDA = "/_from/lambda.us-east-1.orchestrator.0/v4"
BUCKET_CALLS = [
    {
        "PATH_INFO": "/v4/domains",
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request",
    },
    {"PATH_INFO": "/v4/domains", "QUERY_STRING": "X-Amz-Credential=k%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"},
    {"PATH_INFO": "/v4bucket/key"},
    {"PATH_INFO": "/bucket/v4/key"},
]


@pytest.mark.parametrize("environ", BUCKET_CALLS)
def test_a_call_to_s3_is_not_taken_for_one_to_linode(environ: dict[str, str]) -> None:
    assert identify({"REQUEST_METHOD": "GET", **environ}, b"").service == "s3"


def test_a_call_tells_operation_caller_and_what_it_is_about() -> None:
    environ = {"REQUEST_METHOD": "PUT", "PATH_INFO": f"{LAMBDA}/domains/7/records/8"}
    request = identify(environ, b'{"target": "192.0.2.1"}')
    assert (request.service, request.operation, request.region) == ("linode", "put-domain-record", "linode")
    assert (request.caller.kind, request.caller.region, request.caller.name) == ("lambda", "us-east-1", "orchestrator")
    assert request.params == {"domainId": "7", "recordId": "8", "target": "192.0.2.1"}


def test_a_call_that_names_no_caller_is_from_outside() -> None:
    request = identify({"REQUEST_METHOD": "GET", "PATH_INFO": "/v4/nothing"}, b"{")
    assert (request.caller.kind, request.operation, request.params) == ("outside", "Unknown", {})


def test_one_endpoint_serves_aws_and_linode(bench: Bench) -> None:
    bench.domain()
    s3 = boto3.client(
        "s3",
        endpoint_url=bench.endpoint,
        region_name="us-east-1",
        aws_access_key_id="client.us-east-1.test.0",
        aws_secret_access_key="embedded",
        config=Config(retries={"total_max_attempts": 1}),
    )
    s3.create_bucket(Bucket="beside-linode")
    assert bench.get("/domains")["results"] == 1
    services = {(call.service, call.operation) for call in bench.gateway.calls.since(0)}
    assert {("linode", "post-domain"), ("s3", "CreateBucket")} <= services


def test_an_error_is_told_as_linode_tells_it(bench: Bench) -> None:
    bench.gateway.faults.add(Fault(id="down", effect="error", service="linode", operation="get-domains", status=503))
    assert bench.ask("GET", "/domains").error == (503, "injected by down", None)
    assert bench.ask("GET", "/volumes").status == 200


def test_a_refusal_can_be_of_any_kind(bench: Bench) -> None:
    bench.gateway.faults.add(Fault(effect="error", service="linode", operation="delete-domain", status=403))
    assert bench.refused("DELETE", f"/domains/{bench.domain()['id']}")[0] == 403
    assert bench.get("/domains")["results"] == 1


def test_throttling_is_429_with_the_time_to_wait(bench: Bench) -> None:
    bench.gateway.faults.add(Fault(effect="throttle", service="linode"))
    answer = bench.ask("GET", "/domains")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "15")


def test_a_lost_reply_leaves_what_was_created(bench: Bench) -> None:
    lost = Fault(effect="lost_reply", service="linode", operation="post-linode-instance", nth=1)
    bench.gateway.faults.add(lost)
    with pytest.raises((ConnectionError, RemoteDisconnected)):
        bench.instance(label="once")
    assert [each["label"] for each in bench.get("/linode/instances")["data"]] == ["once"]
    assert bench.refused("POST", "/linode/instances", region=REGION, type="g6-nanode-1", label="once")[2] == "label"


def test_a_lost_aws_region_cuts_its_functions_off_and_nobody_else(bench: Bench) -> None:
    bench.gateway.world.darken("us-east-1", "reset")
    with pytest.raises(ConnectionError):
        bench.ask("GET", f"{LAMBDA}/domains")
    assert bench.ask("GET", f"{LAMBDA.replace('us-east-1', 'us-west-2')}/domains").status == 200
    assert bench.ask("GET", "/domains").status == 200


def test_the_api_itself_can_be_lost(bench: Bench) -> None:
    bench.gateway.world.darken("linode", "reset")
    with pytest.raises(ConnectionError):
        bench.get("/domains")
    bench.gateway.world.restore("linode")
    assert bench.get("/domains")["results"] == 0


def test_no_aws_role_limits_a_function_at_linode(bench: Bench) -> None:
    assert bench.ask("GET", f"{LAMBDA}/domains").status == 200


def test_an_account_owns_no_more_than_its_quota(bench: Bench) -> None:
    assert bench.ask("POST", "/_cloud/linode-quotas", {"instances": 1, "domains": 0}).told == {
        "instances": 1,
        "domains": 0,
    }
    bench.instance()
    reached = (400, "Account Limit reached. Please open a support ticket.", None)
    assert bench.refused("POST", "/linode/instances", region=REGION, type="g6-nanode-1") == reached
    assert bench.refused("POST", "/domains", domain="example.com", type="master") == reached
    assert bench.ask("GET", "/_cloud/linode-quotas").told == {"instances": 1, "domains": 0}
    assert bench.ask("POST", "/_cloud/linode-quotas", {"instances": "many"}).status == 400


@pytest.mark.usefixtures("machinery")
def test_the_whole_cloud_has_linode(front: Front) -> None:
    """Asked as drills ask it, where everything else of the cloud is assembled too."""
    assert _asked(f"{front.endpoint}/v4/profile")["username"] == OWNER
    with pytest.raises(HTTPError, match="401"):
        urlopen(f"{front.endpoint}/v4/profile", timeout=30)  # noqa: S310


@pytest.mark.usefixtures("machinery")
def test_without_delays_an_instance_runs_at_once(front: Front) -> None:
    """Here real timers carry the jobs out, on threads of their own."""
    instances = f"{front.endpoint}/v4/linode/instances"
    wanted = {"region": REGION, "type": "g6-nanode-1", "image": "linode/debian12", "root_pass": PASSWORD}
    made = _asked(instances, wanted)["id"]
    eventually(lambda: _asked(f"{instances}/{made}")["status"] == "running", 30, "the instance runs")


def _asked(url: str, body: object = None) -> dict[str, object]:
    content = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {OWNER}"}
    with urlopen(Request(url, content, headers), timeout=30) as answer:  # noqa: S310
        told: dict[str, object] = json.load(answer)
    return told


def test_whoever_sets_a_stack_up_waits_for_no_machine(bench: Bench) -> None:
    wanted = {"region": REGION, "type": "g6-nanode-1", "image": "linode/debian12", "root_pass": PASSWORD}
    statuses = {}
    for caller in ("deployer.linode.pulumi.0", "operator.linode.person.0"):
        made = bench.ask("POST", f"/_from/{caller}/v4/linode/instances", wanted).told
        bench.pass_time(0)
        statuses[caller.partition(".")[0]] = bench.get(f"/linode/instances/{made['id']}")["status"]
    assert statuses == {"deployer": "running", "operator": "provisioning"}
