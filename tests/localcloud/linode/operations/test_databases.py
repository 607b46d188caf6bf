"""Managed databases: made over time, changed, suspended; what one logs in with is told by its own operation alone."""

import json

import pytest

from localcloud.faults import Fault
from tests.localcloud.linode.bench import DELAYS, REGION, Bench

POSTGRESQL, MYSQL = "/databases/postgresql/instances", "/databases/mysql/instances"
WANTED = {"label": "orders", "region": REGION, "type": "g6-standard-1", "engine": "postgresql/16"}


def made(bench: Bench, **fields: object) -> str:
    """Create a database, wait until it is active and give its path."""
    told = bench.post(POSTGRESQL, **{**WANTED, **fields})
    bench.pass_time(DELAYS.provision_seconds)
    return f"{POSTGRESQL}/{told['id']}"


def test_a_database_is_active_when_it_is_provisioned(bench: Bench) -> None:
    path = f"{POSTGRESQL}/{bench.post(POSTGRESQL, **WANTED)['id']}"
    assert bench.get(path)["status"] == "provisioning"
    bench.pass_time(DELAYS.provision_seconds)
    assert bench.get(path)["status"] == "active"


def test_a_database_whose_provisioning_fails_says_so(bench: Bench) -> None:
    bench.gateway.faults.add(Fault(effect="error", service="linode", operation="database_create"))
    assert bench.get(made(bench))["status"] == "failed"


def test_what_one_logs_in_with_is_shown_by_its_own_operation_alone(bench: Bench) -> None:
    path = made(bench)
    credentials = bench.get(f"{path}/credentials")
    shown = json.dumps([bench.get(path), bench.get(POSTGRESQL), bench.get("/databases/instances")])
    assert credentials["password"] not in shown
    assert credentials["username"] not in shown
    bench.post(f"{path}/credentials/reset")
    assert bench.get(f"{path}/credentials")["password"] != credentials["password"]


def test_who_may_only_read_learns_no_password(bench: Bench) -> None:
    path = made(bench)
    token = bench.post("/profile/tokens", label="reader", scopes="databases:read_only")["token"]
    assert bench.ask("GET", path, token=token).status == 200
    assert bench.ask("GET", f"{path}/credentials", token=token).status == 401


def test_a_cluster_has_a_standby_and_a_single_node_has_none(bench: Bench) -> None:
    one, three = (bench.get(made(bench, label=f"size-{size}", cluster_size=size)) for size in (1, 3))
    assert one["hosts"]["standby"] is None
    assert sorted(three["members"].values()) == ["failover", "failover", "primary"]
    assert [each["role"] for each in three["hosts"]["endpoints"]] == ["primary", "standby"]


def test_a_database_in_a_subnet_keeps_it_and_is_shown_there(bench: Bench) -> None:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    network = {"vpc_id": vpc["id"], "subnet_id": vpc["subnets"][0]["id"]}
    path = made(bench, private_network=network)
    assert bench.get(path)["private_network"] == {**network, "public_access": False}
    assert bench.get(f"/vpcs/{vpc['id']}")["subnets"][0]["databases"][0]["id"] == bench.get(path)["id"]
    assert bench.refused("DELETE", f"/vpcs/{vpc['id']}")[0] == 400
    bench.delete(path)
    bench.delete(f"/vpcs/{vpc['id']}")


def test_settings_networks_and_windows_change_at_once(bench: Bench) -> None:
    path = made(bench, engine_config={"work_mem": 8, "pg": {"jit": True}})
    told = bench.put(path, allow_list=["192.0.2.0/24"], updates={"hour_of_day": 4}, engine_config={"work_mem": 16})
    assert (told["status"], told["allow_list"], told["updates"]["hour_of_day"]) == ("active", ["192.0.2.0/24"], 4)
    assert told["engine_config"] == {"work_mem": 16, "pg": {"jit": True}}


def test_another_plan_takes_time(bench: Bench) -> None:
    path = made(bench)
    assert bench.put(path, type="g6-standard-2")["status"] == "resizing"
    assert bench.refused("PUT", path, label="other") == (400, "The database is resizing, not active", None)
    bench.pass_time(DELAYS.provision_seconds)
    assert (bench.get(path)["status"], bench.get(path)["type"]) == ("active", "g6-standard-2")


def test_a_suspended_database_can_be_resumed(bench: Bench) -> None:
    path = made(bench)
    bench.post(f"{path}/suspend")
    bench.pass_time(DELAYS.provision_seconds)
    assert bench.get(path)["status"] == "suspended"
    bench.post(f"{path}/resume")
    bench.pass_time(DELAYS.provision_seconds)
    assert bench.get(path)["status"] == "active"
    assert bench.refused("POST", f"{path}/resume")[1] == "The database is active, not suspended"


def test_a_database_may_begin_with_anothers_backup(bench: Bench) -> None:
    source = bench.get(made(bench))["id"]
    assert bench.get(made(bench, label="copy", fork={"source": source}))["fork"]["source"] == source


def test_a_database_of_another_engine_is_not_found(bench: Bench) -> None:
    number = bench.get(made(bench))["id"]
    assert bench.refused("GET", f"{MYSQL}/{number}")[0] == 404
    assert [bench.get(MYSQL)["data"], len(bench.get("/databases/instances")["data"])] == [[], 1]


REFUSED = [
    ({"engine": "postgresql/9"}, "engine"),
    ({"engine": "mysql/8"}, "engine"),
    ({"cluster_size": 4}, "cluster_size"),
    ({"allow_list": ["everybody"]}, "allow_list"),
    ({"engine_config": {"pg": {"fsync": False}}}, "engine_config"),
    ({"engine_config": {"fsync": False}}, "engine_config"),
    ({"private_network": {"vpc_id": 1, "subnet_id": 2}}, "private_network.subnet_id"),
    ({"fork": {"source": 7}}, "fork.source"),
    ({"label": "x"}, "label"),
]


@pytest.mark.parametrize(("fields", "field"), REFUSED)
def test_what_linode_does_not_take_is_refused(bench: Bench, fields: dict[str, object], field: str) -> None:
    status, _, named = bench.refused("POST", POSTGRESQL, **{**WANTED, **fields})
    assert (status, named, bench.get(POSTGRESQL)["data"]) == (400, field, [])


def test_a_quota_of_databases_holds(bench: Bench) -> None:
    bench.ask("POST", "/_cloud/linode-quotas", {"databases": 0})
    assert bench.refused("POST", POSTGRESQL, **WANTED)[0] == 400
