import pytest

from tests.localcloud.linode.bench import REGION, Bench

PEM = {"ssl_cert": "-----BEGIN CERTIFICATE-----", "ssl_key": "-----BEGIN PRIVATE KEY-----"}


@pytest.fixture
def configs(bench: Bench) -> str:
    return f"/nodebalancers/{bench.post('/nodebalancers', region=REGION)['id']}/configs"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"port": 0}, "port"),
        ({"port": 8080}, "port"),
        ({"protocol": "quic"}, "protocol"),
        ({"protocol": "https"}, "ssl_cert"),
        ({"protocol": "http", "proxy_protocol": "v2"}, "proxy_protocol"),
        ({"check": "ping"}, "check"),
        ({"check": "connection", "check_interval": 5, "check_timeout": 5}, "check_interval"),
        ({"check_timeout": 31}, "check_timeout"),
        ({"check_attempts": 0}, "check_attempts"),
        ({"algorithm": "random"}, "algorithm"),
    ],
)
def test_a_port_that_cannot_be_is_refused(bench: Bench, configs: str, fields: dict[str, object], field: str) -> None:
    bench.post(configs, port=8080)
    assert bench.refused("POST", configs, **fields)[::2] == (400, field)


def test_one_port_may_serve_tcp_and_udp(bench: Bench, configs: str) -> None:
    bench.post(configs, port=53, protocol="tcp")
    bench.post(configs, port=53, protocol="udp")
    assert bench.refused("POST", configs, port=53, protocol="http")[2] == "port"


def test_a_certificate_and_its_key_are_not_shown(bench: Bench, configs: str) -> None:
    made = bench.post(configs, port=443, protocol="https", **PEM)
    assert (made["ssl_cert"], made["ssl_key"]) == ("<REDACTED>", "<REDACTED>")
    assert "PRIVATE" not in str(bench.get(configs))


def test_only_what_is_sent_changes(bench: Bench, configs: str) -> None:
    made = bench.post(configs, port=443, protocol="tcp", proxy_protocol="v2", check="connection")
    changed = bench.put(f"{configs}/{made['id']}", check_interval=40)
    assert changed == {**made, "check_interval": 40}
    other = bench.post(configs, port=80)
    assert bench.refused("PUT", f"{configs}/{other['id']}", port=443)[2] == "port"


def test_a_rebuild_replaces_the_nodes_and_keeps_those_that_are_named(bench: Bench, configs: str) -> None:
    nodes = [{"label": name, "address": f"192.168.130.{number}:80"} for number, name in ((2, "one"), (3, "two"))]
    path = f"{configs}/{bench.post(configs, port=80, nodes=nodes)['id']}"
    kept = bench.get(f"{path}/nodes")["data"][0]["id"]
    wanted = [{"id": kept, "label": "one", "address": "192.168.130.2:81"}, {"label": "new", "address": "10.0.0.2:80"}]
    told = bench.post(f"{path}/rebuild", port=81, nodes=wanted)["nodes"]
    assert [(each["id"] == kept, each["address"]) for each in told] == [
        (True, "192.168.130.2:81"),
        (False, "10.0.0.2:80"),
    ]
    assert bench.get(path)["port"] == 81


def test_a_deleted_port_takes_its_nodes_along(bench: Bench, configs: str) -> None:
    nodes = [{"label": "one", "address": "192.168.130.2:80"}]
    path = f"{configs}/{bench.post(configs, port=80, nodes=nodes)['id']}"
    bench.delete(path)
    assert (bench.get(configs)["results"], len(bench.linode.account.nodes)) == (0, 0)
