from tests.localcloud.linode.bench import REGION, Bench


def test_an_instance_shows_its_plan_and_addresses(bench: Bench) -> None:
    made = bench.instance(private_ip=True, type="g6-standard-2")
    public, private = made["ipv4"]
    assert (public.startswith("198.18."), private.startswith("192.168.")) == (True, True)
    assert (made["specs"]["memory"], made["specs"]["vcpus"], made["hypervisor"]) == (4096, 2, "kvm")


def test_only_what_is_sent_changes(bench: Bench) -> None:
    made = bench.running_instance(label="one", tags=["a"])
    changed = bench.put(f"/linode/instances/{made['id']}", tags=["b"], alerts={"cpu": 50})
    expected = {**made, "tags": ["b"], "alerts": {**made["alerts"], "cpu": 50}, "updated": changed["updated"]}
    assert changed == expected


def test_a_label_belongs_to_one_instance(bench: Bench) -> None:
    bench.instance(label="one")
    other = bench.instance(label="two")["id"]
    assert bench.refused("PUT", f"/linode/instances/{other}", label="one") == (400, "Label must be unique", "label")
    assert bench.put(f"/linode/instances/{other}", label="two")["label"] == "two"


def test_instances_are_found_by_label_tag_region_and_address(bench: Bench) -> None:
    made = bench.instance(label="one", tags=["site:a"])
    bench.instance(label="two", region="us-east")
    for wanted in ({"label": "one"}, {"tags": "site:a"}, {"region": REGION}, {"ipv4": made["ipv4"][0]}):
        assert [each["id"] for each in bench.get("/linode/instances", wanted=wanted)["data"]] == [made["id"]]


def test_the_interfaces_of_a_deleted_instance_are_no_longer_guarded(bench: Bench) -> None:
    rules = {"inbound_policy": "DROP", "outbound_policy": "DROP"}
    guard = bench.post("/networking/firewalls", label="guard", rules=rules)["id"]
    made = bench.instance(interface_generation="linode", interfaces=[{"public": {}, "firewall_id": guard}])["id"]
    assert bench.get(f"/networking/firewalls/{guard}/devices")["results"] == 1
    bench.delete(f"/linode/instances/{made}")
    assert bench.get(f"/networking/firewalls/{guard}/devices")["results"] == 0


def test_an_event_tells_when_a_deletion_has_ended(bench: Bench) -> None:
    made = bench.instance()["id"]
    bench.delete(f"/linode/instances/{made}")
    (event,) = bench.get("/account/events", wanted={"action": "linode_delete", "entity.id": made})["data"]
    assert event["status"] == "started"
    bench.pass_time(5)
    assert bench.get(f"/account/events/{event['id']}")["status"] == "finished"


def test_a_deleted_instance_announces_nothing_of_others(bench: Bench) -> None:
    owner, made = bench.idle_instance(), bench.idle_instance()["id"]
    added = bench.post("/networking/ipv6/ranges", linode_id=owner["id"], prefix_length=64)["range"]
    bench.post("/networking/ips/share", linode_id=made, ips=[*owner["ipv4"], added])
    bench.delete(f"/linode/instances/{made}")
    assert not bench.get(f"/networking/ipv6/ranges/{added.partition('/')[0]}")["is_bgp"]
    assert bench.linode.account.addresses.need(owner["ipv4"][0]).shared_with == ()


def test_a_deleted_instance_gives_back_what_it_had(bench: Bench) -> None:
    firewall = bench.post(
        "/networking/firewalls", label="guard", rules={"inbound_policy": "DROP", "outbound_policy": "DROP"}
    )
    kept = bench.post("/networking/reserved/ips", region=REGION)["address"]
    made = bench.instance(firewall_id=firewall["id"], ipv4=[kept])["id"]
    bench.post(f"/linode/instances/{made}/ips", type="ipv4", public=True)
    volume = bench.post("/volumes", label="data", linode_id=made)["id"]
    bench.pass_time(60)
    bench.delete(f"/linode/instances/{made}")
    assert bench.get(f"/networking/firewalls/{firewall['id']}/devices")["results"] == 0
    assert bench.get(f"/volumes/{volume}")["linode_id"] is None
    assert [(each["address"], each["linode_id"]) for each in bench.get("/networking/ips")["data"]] == [(kept, None)]
    assert len(bench.linode.account.disks) + len(bench.linode.account.configs) == 0
