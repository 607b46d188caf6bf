"""A declared managed database is active when it is created, and its password is nobody's output."""

import json

import pytest

from evaluation import Value
from localcloud.create import NotCreated, Unsupported
from localcloud.faults import Fault
from tests.localcloud.create.linode.deployer import Deployer, Made
from tests.localcloud.linode.bench import REGION

ENGINES = [("DatabasePostgresqlV2", "postgresql", "16"), ("DatabaseMysqlV2", "mysql", "8")]


def orders(deployer: Deployer, **inputs: Value) -> Made:
    usual: dict[str, Value] = {"label": "orders", "region": REGION, "type": "g6-standard-1"}
    return deployer.create("DatabasePostgresqlV2", **{**usual, "engineId": "postgresql/16", **inputs})


@pytest.mark.parametrize(("kind", "engine", "version"), ENGINES)
def test_a_cluster_is_active_in_its_subnet(deployer: Deployer, kind: str, engine: str, version: str) -> None:
    vpc = deployer.vpc()
    subnet = int(deployer.create("VpcSubnet", vpcId=vpc, label="inner", ipv4="10.0.0.0/24")[0])
    id_, outputs = deployer.create(
        kind,
        label="orders",
        region=REGION,
        type="g6-standard-1",
        engineId=f"{engine}/{version}",
        clusterSize=3,
        allowLists=["10.0.0.0/24"],
        privateNetwork={"vpcId": vpc, "subnetId": subnet, "publicAccess": False},
        updates={"dayOfWeek": 7, "hourOfDay": 4, "duration": 4, "frequency": "weekly"},
    )
    told = deployer.bench.get(f"/databases/{engine}/instances/{id_}")
    assert (told["status"], told["cluster_size"], told["allow_list"]) == ("active", 3, ["10.0.0.0/24"])
    assert (told["private_network"]["subnet_id"], told["updates"]["hour_of_day"]) == (subnet, 4)
    assert (outputs["engine"], outputs["version"], outputs["status"]) == (engine, version, "active")
    assert (outputs["hostPrimary"], outputs["hostStandby"]) == (told["hosts"]["primary"], told["hosts"]["standby"])


def test_what_one_logs_in_with_is_no_output(deployer: Deployer) -> None:
    id_, outputs = orders(deployer)
    credentials = deployer.bench.get(f"/databases/postgresql/instances/{id_}/credentials")
    assert credentials["password"] not in json.dumps(dict(outputs))
    assert not {"rootPassword", "rootUsername", "caCert"} & outputs.keys()


def test_settings_reach_their_groups(deployer: Deployer) -> None:
    id_, _ = orders(
        deployer,
        engineConfigPgMaxWalSenders=20,
        engineConfigPgStatMonitorEnable=True,
        engineConfigPglookoutMaxFailoverReplicationTimeLag=60,
        engineConfigWorkMem=8,
    )
    assert deployer.bench.get(f"/databases/postgresql/instances/{id_}")["engine_config"] == {
        "pg": {"max_wal_senders": 20},
        "pglookout": {"max_failover_replication_time_lag": 60},
        "pg_stat_monitor_enable": True,
        "work_mem": 8,
    }


def test_settings_of_extensions_are_refused_and_no_database_stays(deployer: Deployer) -> None:
    with pytest.raises(Unsupported, match="engineConfigPgPgStatStatementsTrack"):
        orders(deployer, engineConfigPgPgStatStatementsTrack="all")
    assert deployer.bench.get("/databases/instances")["data"] == []


def test_a_database_may_be_suspended_and_begin_with_another(deployer: Deployer) -> None:
    source = int(orders(deployer)[0])
    id_, outputs = orders(deployer, label="copy", forkSource=source, suspended=True)
    told = deployer.bench.get(f"/databases/postgresql/instances/{id_}")
    assert (told["fork"]["source"], told["status"], outputs["status"]) == (source, "suspended", "suspended")


def test_a_database_that_is_not_provisioned_is_deleted_again(deployer: Deployer) -> None:
    deployer.bench.gateway.faults.add(Fault(effect="error", service="linode", operation="database_create", id="broken"))
    with pytest.raises(NotCreated, match=r"database \d+: database_create failed: failed: injected by broken$"):
        orders(deployer)
    assert deployer.bench.get("/databases/instances")["data"] == []
