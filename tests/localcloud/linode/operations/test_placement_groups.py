import pytest

from tests.localcloud.linode.bench import REGION, Bench

APART = {"placement_group_type": "anti_affinity:local", "placement_group_policy": "strict"}


def group(bench: Bench, region: str = REGION) -> int:
    return int(bench.post("/placement/groups", label="apart", region=region, **APART)["id"])


def test_an_instance_is_made_in_a_group(bench: Bench) -> None:
    number = group(bench)
    made = bench.instance(placement_group={"id": number})
    assert (made["placement_group"]["label"], made["placement_group"]["id"]) == ("apart", number)
    assert bench.get(f"/placement/groups/{number}")["members"] == [{"linode_id": made["id"], "is_compliant": True}]


def test_a_group_takes_five_instances_of_its_region(bench: Bench) -> None:
    path = f"/placement/groups/{group(bench)}"
    far = bench.idle_instance(region="us-east")["id"]
    assert bench.refused("POST", f"{path}/assign", linodes=[far])[0] == 400
    made = [bench.idle_instance()["id"] for _ in range(6)]
    assert bench.refused("POST", f"{path}/assign", linodes=made)[2] == "linodes"
    assert bench.get(path)["members"] == []
    bench.post(f"{path}/assign", linodes=made[:5])
    usual = {"region": REGION, "type": "g6-nanode-1", "placement_group": {"id": int(path.rpartition("/")[2])}}
    assert bench.refused("POST", "/linode/instances", **usual)[2] == "linodes"


def test_an_instance_is_in_one_group_and_leaves_it(bench: Bench) -> None:
    path, made = f"/placement/groups/{group(bench)}", bench.idle_instance()["id"]
    bench.post(f"{path}/assign", linodes=[made])
    assert bench.refused("POST", f"{path}/assign", linodes=[made])[2] == "linodes"
    assert bench.refused("DELETE", path)[0] == 400
    bench.post(f"{path}/unassign", linodes=[made])
    assert bench.refused("POST", f"{path}/unassign", linodes=[made])[2] == "linodes"
    bench.delete(path)
    assert bench.get("/placement/groups")["results"] == 0


@pytest.mark.parametrize("field", ["label", "region", "placement_group_type", "placement_group_policy"])
def test_a_group_needs_everything(bench: Bench, field: str) -> None:
    fields = {"label": "apart", "region": REGION, **APART, field: None}
    assert bench.refused("POST", "/placement/groups", **fields)[::2] == (400, field)


def test_a_region_has_so_many_groups_and_no_more(bench: Bench) -> None:
    bench.ask("POST", "/_cloud/linode-quotas", {"placement_groups": 1})
    group(bench)
    assert bench.refused("POST", "/placement/groups", label="other", region=REGION, **APART)[0] == 400
    assert bench.post("/placement/groups", label="other", region="us-east", **APART)["region"] == "us-east"
