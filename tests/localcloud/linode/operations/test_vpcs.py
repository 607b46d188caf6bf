import pytest

from tests.localcloud.linode.bench import REGION, Bench


def network(bench: Bench, *ranges: str) -> str:
    subnets = [{"label": f"subnet{number}", "ipv4": each} for number, each in enumerate(ranges)]
    return f"/vpcs/{bench.post('/vpcs', label='net', region=REGION, subnets=subnets)['id']}"


@pytest.mark.parametrize(
    "wanted",
    ["10.0.0.0/25", "10.0.0.0/16", "203.0.113.0/24", "192.168.128.0/24", "10.0.1.0/30", "10.0.1.1/24", "inside"],
)
def test_a_range_that_overlaps_or_is_not_private_is_refused(bench: Bench, wanted: str) -> None:
    path = network(bench, "10.0.0.0/24")
    assert bench.refused("POST", f"{path}/subnets", label="other", ipv4=wanted)[::2] == (400, "ipv4")


def test_labels_belong_to_one_vpc_and_one_subnet(bench: Bench) -> None:
    path = network(bench, "10.0.0.0/24")
    assert bench.refused("POST", "/vpcs", label="net", region="us-east")[2] == "label"
    assert bench.refused("POST", f"{path}/subnets", label="subnet0", ipv4="10.0.1.0/24")[2] == "label"
    assert bench.refused("POST", "/vpcs", label="under_score", region=REGION)[2] == "label"
    assert bench.put(path, label="renamed", description="mine")["label"] == "renamed"


def test_a_subnet_tells_who_is_in_it(bench: Bench) -> None:
    path = network(bench, "10.0.0.0/24")
    subnet = bench.get(f"{path}/subnets")["data"][0]["id"]
    old = bench.running_instance(interfaces=[{"purpose": "vpc", "subnet_id": subnet}])["id"]
    new = bench.idle_instance(interface_generation="linode", interfaces=[{"vpc": {"subnet_id": subnet}}])["id"]
    balancer = bench.post("/nodebalancers", region=REGION, vpcs=[{"subnet_id": subnet}])["id"]
    told = bench.get(f"{path}/subnets/{subnet}")
    assert [(each["id"], each["interfaces"][0]["active"]) for each in told["linodes"]] == [(old, True), (new, False)]
    assert [each["id"] for each in told["nodebalancers"]] == [balancer]
    (mine,) = bench.get("/vpcs/ips", wanted={"linode_id": new})["data"]
    assert (mine["address"], mine["gateway"], mine["prefix"]) == ("10.0.0.3", "10.0.0.1", 24)


def test_a_network_in_use_is_not_deleted(bench: Bench) -> None:
    path = network(bench, "10.0.0.0/24")
    subnet = bench.get(f"{path}/subnets")["data"][0]["id"]
    made = bench.idle_instance(interfaces=[{"purpose": "vpc", "subnet_id": subnet}])["id"]
    for each in (path, f"{path}/subnets/{subnet}"):
        assert bench.refused("DELETE", each)[0] == 400
    bench.delete(f"/linode/instances/{made}")
    bench.delete(f"{path}/subnets/{subnet}")
    bench.delete(path)
    assert bench.get("/vpcs")["results"] == 0


def test_a_vpc_has_ten_subnets(bench: Bench) -> None:
    path = network(bench, *(f"10.0.{number}.0/24" for number in range(10)))
    assert bench.refused("POST", f"{path}/subnets", label="eleventh", ipv4="10.0.10.0/24")[0] == 400


def test_an_account_s_vpcs_are_counted_by_region(bench: Bench) -> None:
    bench.ask("POST", "/_cloud/linode-quotas", {"vpcs": 1})
    bench.post("/vpcs", label="one", region=REGION)
    assert bench.refused("POST", "/vpcs", label="two", region=REGION)[0] == 400
    assert bench.post("/vpcs", label="two", region="us-east")["label"] == "two"
