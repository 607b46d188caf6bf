from tests.localcloud.linode.bench import REGION, Bench


def test_a_balancer_is_made_with_its_ports_and_nodes(bench: Bench) -> None:
    nodes = [{"label": "one", "address": "192.168.130.2:80"}]
    made = bench.post("/nodebalancers", region=REGION, label="front", configs=[{"port": 80, "nodes": nodes}])
    (config,) = bench.get(f"/nodebalancers/{made['id']}/configs")["data"]
    assert (config["port"], config["nodes_status"]) == (80, {"up": 0, "down": 1})
    assert made["hostname"].endswith(f".{REGION}.nodebalancer.linode.com")


def test_a_balancer_with_a_port_that_cannot_be_is_not_made(bench: Bench) -> None:
    twice = [{"port": 80}, {"port": 80}]
    assert bench.refused("POST", "/nodebalancers", region=REGION, configs=twice)[2] == "port"
    public = [{"port": 80, "nodes": [{"label": "one", "address": "198.18.0.2:80"}]}]
    assert bench.refused("POST", "/nodebalancers", region=REGION, configs=public)[2] == "configs[0].nodes[0].address"
    assert bench.get("/nodebalancers")["results"] + bench.get("/networking/ips")["results"] == 0


def test_a_balancer_takes_a_reserved_address_and_leaves_it(bench: Bench) -> None:
    kept = bench.post("/networking/reserved/ips", region=REGION)["address"]
    far = bench.post("/networking/reserved/ips", region="us-east")["address"]
    assert bench.refused("POST", "/nodebalancers", region=REGION, ipv4=far)[2] == "ipv4"
    made = bench.post("/nodebalancers", region=REGION, ipv4=kept)
    shown = bench.get(f"/networking/reserved/ips/{kept}")
    assert (made["ipv4"], shown["assigned_entity"]["id"]) == (kept, made["id"])
    for taken in (kept, bench.post("/nodebalancers", region=REGION)["ipv4"]):
        assert bench.refused("POST", "/nodebalancers", region=REGION, ipv4=taken)[2] == "ipv4"
        usual = {"region": REGION, "type": "g6-nanode-1", "ipv4": [taken]}
        assert bench.refused("POST", "/linode/instances", **usual)[2] == "ipv4"
    bench.delete(f"/nodebalancers/{made['id']}")
    assert bench.get(f"/networking/reserved/ips/{kept}")["assigned_entity"] is None


def test_a_deleted_balancer_takes_all_its_parts_along(bench: Bench) -> None:
    nodes = [{"label": "one", "address": "192.168.130.2:80"}]
    rules = {"inbound_policy": "DROP", "outbound_policy": "DROP"}
    guard = bench.post("/networking/firewalls", label="guard", rules=rules)["id"]
    configs = [{"port": 80, "nodes": nodes}]
    made = bench.post("/nodebalancers", region=REGION, configs=configs, firewall_id=guard)["id"]
    assert bench.get(f"/networking/firewalls/{guard}/devices")["results"] == 1
    bench.delete(f"/nodebalancers/{made}")
    account = bench.linode.account
    assert len(account.port_configs) + len(account.nodes) + len(account.addresses) + len(account.devices) == 0


def test_an_instance_knows_the_balancers_that_send_to_it(bench: Bench) -> None:
    made = bench.idle_instance(private_ip=True)
    node = {"label": "one", "address": f"{made['ipv4'][1]}:80"}
    front = bench.post("/nodebalancers", region=REGION, configs=[{"nodes": [node]}])["id"]
    bench.post("/nodebalancers", region=REGION)
    assert [each["id"] for each in bench.get(f"/linode/instances/{made['id']}/nodebalancers")["data"]] == [front]


def test_only_what_is_sent_changes(bench: Bench) -> None:
    made = bench.post("/nodebalancers", region=REGION, tags=["a"])
    changed = bench.put(f"/nodebalancers/{made['id']}", client_conn_throttle=5)
    assert changed == {**made, "client_conn_throttle": 5, "updated": changed["updated"]}
    assert bench.refused("PUT", f"/nodebalancers/{made['id']}", client_conn_throttle=21)[2] == "client_conn_throttle"
