"""Calls are made again when Linode asks for patience, and not for ever."""

import pytest

from localcloud.create.linode import NotCreated
from localcloud.create.linode.api import PATIENCE_SECONDS, CallFailed, LinodeApi
from localcloud.faults import Fault
from localcloud.linode.refusals import RETRY_SECONDS
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION, Bench


class Waits(list[float]):
    """Lets no time pass, and lifts all faults after so many waits."""

    def __init__(self, bench: Bench, most: int) -> None:
        super().__init__()
        self._bench = bench
        self._most = most

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
        if len(self) == self._most:
            self._bench.gateway.faults.clear()


def test_too_many_calls_are_made_again_after_the_time_that_linode_says(bench: Bench) -> None:
    waits = Waits(bench, most=3)
    bench.gateway.faults.add(Fault(effect="throttle", service="linode"))
    told = LinodeApi(bench.endpoint, waits).post("/vpcs", {"label": "net", "region": REGION})
    assert waits == [RETRY_SECONDS] * 3
    assert [one["id"] for one in bench.get("/vpcs")["data"]] == [told["id"]]


def test_a_storm_of_refusals_is_not_waited_out(bench: Bench) -> None:
    waits = Waits(bench, most=1000)
    bench.gateway.faults.add(Fault(effect="throttle", service="linode"))
    with pytest.raises(CallFailed, match="POST /vpcs: 429: Too many requests"):
        LinodeApi(bench.endpoint, waits).post("/vpcs", {"label": "net", "region": REGION})
    assert PATIENCE_SECONDS - RETRY_SECONDS < sum(waits) <= PATIENCE_SECONDS


def test_the_limit_of_new_instances_holds_a_deployment_up_and_no_more(deployer: Deployer) -> None:
    for _ in range(21):
        deployer.instance(image=None)
    assert len(deployer.bench.get("/linode/instances")["data"]) == 21
    assert 1.0 < max(deployer.waits) <= 15.0


def test_what_is_busy_is_asked_again(bench: Bench) -> None:
    made = bench.instance()
    api = LinodeApi(bench.endpoint, bench.pass_time)
    api.post(f"/linode/instances/{made['id']}/reboot")
    bench.pass_time(60)
    rebooted = {"entity.id": made["id"], "action": "linode_reboot"}
    assert len(bench.get("/account/events", rebooted)["data"]) == 1


def test_a_service_that_is_away_for_a_moment_is_asked_again(bench: Bench) -> None:
    waits = Waits(bench, most=2)
    bench.gateway.faults.add(Fault(effect="error", service="linode", status=503))
    assert LinodeApi(bench.endpoint, waits).get("/regions")["results"]
    assert len(waits) == 2


def test_a_call_without_an_answer_is_told_as_that(bench: Bench) -> None:
    bench.gateway.faults.add(Fault(effect="reset", service="linode", operation="get-regions"))
    with pytest.raises(CallFailed, match="GET /regions: no answer"):
        LinodeApi(bench.endpoint, bench.pass_time).get("/regions")


def test_what_may_have_been_made_without_an_answer_is_told_as_that(deployer: Deployer) -> None:
    deployer.bench.gateway.faults.add(Fault(effect="lost_reply", service="linode", operation="post-firewalls"))
    told = r"POST /networking/firewalls: no answer: .*; it may have been carried out all the same$"
    with pytest.raises(NotCreated, match=told):
        deployer.firewall()
    assert len(deployer.bench.get("/networking/firewalls")["data"]) == 1


def test_what_is_gone_need_not_be_deleted(bench: Bench) -> None:
    LinodeApi(bench.endpoint, bench.pass_time).delete("/vpcs/7")
    assert bench.get("/vpcs")["data"] == []


def test_a_quota_is_told_with_urn_status_and_reason(deployer: Deployer) -> None:
    deployer.bench.ask("POST", "/_cloud/linode-quotas", {"firewalls": 0})
    told = (
        r"^urn:pulumi:local::lifeboat::linode:index/firewall:Firewall::firewall: "
        r"POST /networking/firewalls: 400: Account Limit reached\. Please open a support ticket\.$"
    )
    with pytest.raises(NotCreated, match=told):
        deployer.firewall()


def test_a_refusal_names_the_field_that_it_is_about(deployer: Deployer) -> None:
    with pytest.raises(NotCreated, match=r"POST /vpcs: 400: region: region must be one of"):
        deployer.create("Vpc", label="net", region="us-nowhere")
