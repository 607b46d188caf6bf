from tests.localcloud.linode.bench import REGION, Bench

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 somebody"


def test_events_are_told_newest_first_and_found_as_pollers_look_for_them(bench: Bench) -> None:
    made = bench.running_instance()["id"]
    told = bench.get("/account/events")["data"]
    assert [each["action"] for each in told] == ["linode_boot", "linode_create"]
    wanted = {
        "entity.id": made,
        "entity.type": "linode",
        "action": "linode_boot",
        "created": {"+gte": "2020-01-01T00:00:00"},
        "+order_by": "created",
        "+order": "desc",
    }
    (found,) = bench.get("/account/events", wanted=wanted)["data"]
    assert (found["status"], found["entity"]["url"]) == ("finished", f"/v4/linode/instances/{made}")


def test_marking_an_event_as_seen_marks_all_before_it(bench: Bench) -> None:
    first, second, third = (bench.domain(f"zone{number}.example")["id"] for number in range(3))
    by_entity = {each["entity"]["id"]: each["id"] for each in bench.get("/account/events")["data"]}
    bench.post(f"/account/events/{by_entity[second]}/seen")
    seen = {each["entity"]["id"]: each["seen"] for each in bench.get("/account/events")["data"]}
    assert seen == {first: True, second: True, third: False}


def test_a_key_is_one_that_ssh_knows(bench: Bench) -> None:
    assert bench.refused("POST", "/profile/sshkeys", label="odd", ssh_key="odd AAAA")[2] == "ssh_key"
    made = bench.post("/profile/sshkeys", label="one", ssh_key=KEY)
    assert bench.put(f"/profile/sshkeys/{made['id']}", label="two")["label"] == "two"
    bench.delete(f"/profile/sshkeys/{made['id']}")
    assert bench.get("/profile/sshkeys")["results"] == 0


def test_a_token_is_renamed(bench: Bench) -> None:
    made = bench.post("/profile/tokens", label="one", scopes="*")
    assert bench.put(f"/profile/tokens/{made['id']}", label="two")["label"] == "two"


def test_what_is_done_is_told_of(bench: Bench) -> None:
    zone = bench.domain()["id"]
    bench.put(f"/domains/{zone}", description="changed")
    bench.post(f"/domains/{zone}/records", type="A", target="192.0.2.1")
    bench.delete(f"/domains/{zone}")
    bench.delete(f"/nodebalancers/{bench.post('/nodebalancers', region=REGION)['id']}")
    actions = [each["action"] for each in reversed(bench.get("/account/events")["data"])]
    assert actions == [
        "domain_create",
        "domain_update",
        "domain_record_create",
        "domain_delete",
        "nodebalancer_create",
        "nodebalancer_delete",
    ]
