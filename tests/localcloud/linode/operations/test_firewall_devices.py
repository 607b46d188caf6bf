from tests.localcloud.linode.bench import REGION, Bench

RULES = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT"}


def firewall(bench: Bench, label: str) -> int:
    return int(bench.post("/networking/firewalls", label=label, rules=RULES)["id"])


def test_a_firewall_guards_instances_and_balancers(bench: Bench) -> None:
    made, balancer = bench.idle_instance()["id"], bench.post("/nodebalancers", region=REGION)["id"]
    guard = f"/networking/firewalls/{firewall(bench, 'guard')}"
    for number, kind in ((made, "linode"), (balancer, "nodebalancer")):
        bench.post(f"{guard}/devices", id=number, type=kind)
    told = [(each["entity"]["type"], each["entity"]["id"]) for each in bench.get(f"{guard}/devices")["data"]]
    assert told == [("linode", made), ("nodebalancer", balancer)]
    assert [each["id"] for each in bench.get(guard)["entities"]] == [made, balancer]
    assert bench.get(f"/nodebalancers/{balancer}/firewalls")["data"][0]["label"] == "guard"


def test_adding_what_is_guarded_already_changes_nothing(bench: Bench) -> None:
    made, guard = bench.idle_instance()["id"], f"/networking/firewalls/{firewall(bench, 'guard')}/devices"
    assert bench.post(guard, id=made, type="linode") == bench.post(guard, id=made, type="linode")


def test_one_firewall_at_a_time_guards_a_thing(bench: Bench) -> None:
    made, first, second = bench.idle_instance()["id"], firewall(bench, "first"), firewall(bench, "second")
    bench.post(f"/networking/firewalls/{first}/devices", id=made, type="linode")
    assert bench.refused("POST", f"/networking/firewalls/{second}/devices", id=made, type="linode")[2] == "id"
    told = bench.put(f"/linode/instances/{made}/firewalls", firewall_ids=[second])["data"]
    assert [each["id"] for each in told] == [second]
    assert bench.get(f"/networking/firewalls/{first}/devices")["results"] == 0
    assert bench.put(f"/linode/instances/{made}/firewalls", firewall_ids=[])["results"] == 0


def test_what_is_not_there_is_not_guarded(bench: Bench) -> None:
    guard = f"/networking/firewalls/{firewall(bench, 'guard')}/devices"
    for kind in ("linode", "nodebalancer", "linode_interface"):
        assert bench.refused("POST", guard, id=7, type=kind)[::2] == (400, "id")
    assert bench.refused("POST", guard, id=7, type="volume")[2] == "type"


def test_a_device_is_found_at_its_own_firewall_only(bench: Bench) -> None:
    made, first, second = bench.idle_instance()["id"], firewall(bench, "first"), firewall(bench, "second")
    device = bench.post(f"/networking/firewalls/{first}/devices", id=made, type="linode")["id"]
    assert bench.refused("DELETE", f"/networking/firewalls/{second}/devices/{device}")[0] == 404
    bench.delete(f"/networking/firewalls/{first}/devices/{device}")
    assert bench.get(f"/linode/instances/{made}/firewalls")["results"] == 0
