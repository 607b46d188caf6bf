"""Locks keep instances, balancers and volumes from being deleted, and an instance's parts if they say so."""

import pytest

from tests.localcloud.linode.bench import PASSWORD, REGION, Bench

LOCKED = (400, "The linode is locked and cannot be deleted or rebuilt", None)
ALL_LOCKED = (400, "The linode is locked with everything that belongs to it", None)


def lock(bench: Bench, kind: str, number: int, lock_type: str = "cannot_delete") -> int:
    return int(bench.post("/locks", entity_type=kind, entity_id=number, lock_type=lock_type)["id"])


def test_a_locked_instance_is_neither_deleted_nor_rebuilt_until_its_lock_is_gone(bench: Bench) -> None:
    made = bench.running_instance()
    path, number = f"/linode/instances/{made['id']}", lock(bench, "linode", made["id"])
    assert bench.get(path)["locks"] == ["cannot_delete"]
    assert bench.refused("DELETE", path) == LOCKED
    assert bench.refused("POST", f"{path}/rebuild", image="linode/debian12", root_pass=PASSWORD) == LOCKED
    bench.delete(f"/locks/{number}")
    bench.delete(path)


def test_a_locked_balancer_and_a_locked_volume_stay(bench: Bench) -> None:
    balancer = bench.post("/nodebalancers", region=REGION)["id"]
    volume = bench.post("/volumes", region=REGION, label="data")["id"]
    bench.pass_time(10)
    for kind, path, number in (("nodebalancer", "/nodebalancers", balancer), ("volume", "/volumes", volume)):
        lock(bench, kind, number)
        assert bench.get(f"{path}/{number}")["locks"] == ["cannot_delete"]
        assert bench.refused("DELETE", f"{path}/{number}")[0] == 400


def test_a_lock_with_parts_keeps_disks_profiles_and_addresses(bench: Bench) -> None:
    made = bench.idle_instance(private_ip=True)
    path = f"/linode/instances/{made['id']}"
    number = lock(bench, "linode", made["id"], "cannot_delete_with_subresources")
    parts = [
        f"{path}/disks/{bench.get(f'{path}/disks')['data'][0]['id']}",
        f"{path}/configs/{bench.get(f'{path}/configs')['data'][0]['id']}",
        f"{path}/ips/{bench.get(path)['ipv4'][1]}",
    ]
    assert [bench.refused("DELETE", part) for part in parts] == [ALL_LOCKED] * 3
    bench.delete(f"/locks/{number}")
    lock(bench, "linode", made["id"])
    bench.delete(parts[1])


def test_a_lock_with_parts_keeps_interfaces(bench: Bench) -> None:
    made = bench.idle_instance(interface_generation="linode")
    path = f"/linode/instances/{made['id']}/interfaces"
    lock(bench, "linode", made["id"], "cannot_delete_with_subresources")
    assert bench.refused("DELETE", f"{path}/{bench.get(path)['interfaces'][0]['id']}") == ALL_LOCKED


def test_one_lock_is_all_there_can_be(bench: Bench) -> None:
    number = bench.idle_instance()["id"]
    lock(bench, "linode", number)
    wanted = {"entity_type": "linode", "entity_id": number, "lock_type": "cannot_delete_with_subresources"}
    assert bench.refused("POST", "/locks", **wanted) == (400, "The resource is locked already", "entity_id")
    assert len(bench.get("/locks", {"entity.id": number})["data"]) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"entity_type": "domain"}, 400), ({"lock_type": "forever"}, 400), ({"entity_id": 7}, 404)],
)
def test_what_cannot_be_locked_is_refused(bench: Bench, fields: dict[str, object], status: int) -> None:
    wanted = {"entity_type": "linode", "entity_id": bench.idle_instance()["id"], "lock_type": "cannot_delete"}
    assert bench.refused("POST", "/locks", **{**wanted, **fields})[0] == status


def test_a_restricted_user_has_nothing_to_do_with_locks(bench: Bench) -> None:
    number = bench.idle_instance()["id"]
    bench.post("/account/users", username="dns", email="dns@example.com")
    bench.put("/account/users/dns/grants", linode=[{"id": number, "permissions": "read_write"}])
    token = bench.ask("POST", "/_cloud/linode-tokens", {"username": "dns", "scopes": "*"}).told["token"]
    wanted = {"entity_type": "linode", "entity_id": number, "lock_type": "cannot_delete"}
    assert [
        bench.ask("POST", "/locks", wanted, token=token).status,
        bench.ask("GET", "/locks", token=token).status,
    ] == [
        403,
        403,
    ]
