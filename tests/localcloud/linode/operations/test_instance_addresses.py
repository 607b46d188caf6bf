from tests.localcloud.linode.bench import REGION, Bench


def test_addresses_are_told_by_kind(bench: Bench) -> None:
    vpc = bench.post("/vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    inside = {"purpose": "vpc", "subnet_id": vpc["subnets"][0]["id"], "ip_ranges": ["10.0.0.64/28"]}
    kept = bench.post("/networking/reserved/ips", region=REGION)["address"]
    made = bench.running_instance(private_ip=True, ipv4=[kept], interfaces=[inside])
    told = bench.get(f"/linode/instances/{made['id']}/ips")
    public = bench.post(f"/linode/instances/{made['id']}/ips", type="ipv4", public=True)["address"]
    again = bench.get(f"/linode/instances/{made['id']}/ips")["ipv4"]
    assert [each["address"] for each in again["public"]] == [public]
    assert [each["address"] for each in told["ipv4"]["reserved"]] == [kept]
    assert [each["address"] for each in told["ipv4"]["private"]] == made["ipv4"][1:]
    assert [(each["address"], each["address_range"]) for each in told["ipv4"]["vpc"]] == [
        ("10.0.0.2", None),
        (None, "10.0.0.64/28"),
    ]
    assert told["ipv6"]["slaac"]["address"] + "/128" == made["ipv6"]


def test_an_address_is_added_named_and_taken_away(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}/ips"
    added = bench.post(path, type="ipv4", public=True)
    assert added["rdns"].endswith(".ip.linodeusercontent.com")
    assert bench.put(f"{path}/{added['address']}", rdns="a.example.com")["rdns"] == "a.example.com"
    bench.delete(f"{path}/{added['address']}")
    assert bench.refused("GET", f"{path}/{added['address']}")[0] == 404
    assert bench.refused("GET", f"/networking/ips/{added['address']}")[0] == 404


def test_the_last_public_address_stays(bench: Bench) -> None:
    made = bench.idle_instance(private_ip=True)
    refused = bench.refused("DELETE", f"/linode/instances/{made['id']}/ips/{made['ipv4'][0]}")
    assert refused == (400, "Linode must have at least one public address", None)
    assert bench.delete(f"/linode/instances/{made['id']}/ips/{made['ipv4'][1]}") == {}


def test_a_reserved_address_is_taken_and_stays_the_account_s_when_given_up(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}/ips"
    kept = bench.post("/networking/reserved/ips", region=REGION)["address"]
    far = bench.post("/networking/reserved/ips", region="us-east")["address"]
    assert bench.refused("POST", path, type="ipv4", public=True, address=far)[2] == "address"
    assert bench.post(path, type="ipv4", public=True, address=kept)["reserved"]
    bench.delete(f"{path}/{kept}")
    assert bench.get(f"/networking/reserved/ips/{kept}")["linode_id"] is None


def test_another_s_address_is_not_found(bench: Bench) -> None:
    first, second = bench.idle_instance(), bench.idle_instance()
    assert bench.refused("GET", f"/linode/instances/{first['id']}/ips/{second['ipv4'][0]}")[0] == 404


def test_an_instance_has_no_more_addresses_than_its_quota(bench: Bench) -> None:
    path = f"/linode/instances/{bench.idle_instance()['id']}/ips"
    bench.ask("POST", "/_cloud/linode-quotas", {"addresses_per_instance": 1})
    assert "Account Limit" in bench.refused("POST", path, type="ipv4", public=True)[1]
