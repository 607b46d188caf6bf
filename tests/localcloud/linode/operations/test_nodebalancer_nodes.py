import pytest

from tests.localcloud.linode.bench import REGION, Bench


@pytest.fixture
def nodes(bench: Bench) -> str:
    configs = f"/nodebalancers/{bench.post('/nodebalancers', region=REGION)['id']}/configs"
    return f"{configs}/{bench.post(configs, port=80)['id']}/nodes"


@pytest.mark.parametrize(
    "address", ["192.168.130.2", "198.18.0.2:80", "web:80", "192.168.130.2:0", "192.168.130.2:65536"]
)
def test_a_node_has_a_private_address_and_a_port(bench: Bench, nodes: str, address: str) -> None:
    assert bench.refused("POST", nodes, label="one", address=address)[::2] == (400, "address")


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"label": None}, "label"), ({"mode": "off"}, "mode"), ({"weight": 0}, "weight"), ({"weight": 256}, "weight")],
)
def test_a_node_that_cannot_be_is_refused(bench: Bench, nodes: str, fields: dict[str, object], field: str) -> None:
    assert bench.refused("POST", nodes, **{"label": "one", "address": "10.0.0.2:80", **fields})[2] == field


@pytest.mark.parametrize("mode", ["accept", "reject", "backup", "drain"])
def test_a_node_changes_its_mode_and_nothing_else(bench: Bench, nodes: str, mode: str) -> None:
    made = bench.post(nodes, label="one", address="10.0.0.2:80", weight=50)
    assert bench.put(f"{nodes}/{made['id']}", mode=mode) == {**made, "mode": mode}


def test_a_node_is_found_behind_its_own_port_only(bench: Bench, nodes: str) -> None:
    made = bench.post(nodes, label="one", address="10.0.0.2:80")["id"]
    configs = nodes.rpartition("/configs")[0] + "/configs"
    other = bench.post(configs, port=81)["id"]
    assert bench.refused("GET", f"{configs}/{other}/nodes/{made}")[0] == 404
    bench.delete(f"{nodes}/{made}")
    assert bench.get(nodes)["results"] == 0
