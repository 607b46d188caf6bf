"""Linode's own SDK does its work here as at Linode."""

from typing import Any

import pytest

from localcloud.linode.account import OWNER
from tests.localcloud.linode.bench import PASSWORD, REGION, Bench

sdk: Any = pytest.importorskip("linode_api4", reason="pip install linode-api4")


def client_of(bench: Bench, token: str = OWNER) -> Any:
    return sdk.LinodeClient(token, base_url=f"{bench.endpoint}/v4", retry=False, page_size=25)


def test_it_creates_boots_and_deletes_an_instance(bench: Bench) -> None:
    client = client_of(bench)
    instance = client.linode.instance_create("g6-nanode-1", REGION, image="linode/debian12", root_pass=PASSWORD)
    assert instance.status == "provisioning"
    bench.pass_time(60)
    instance.invalidate()
    assert instance.status == "running"
    assert [disk.size for disk in instance.disks] == [25600 - 512, 512]
    assert instance.configs[0].devices.sda.label.endswith("Disk")
    instance.delete()
    assert list(client.linode.instances()) == []


def test_it_reads_all_pages_and_filters(bench: Bench) -> None:
    client = client_of(bench)
    for number in range(30):
        bench.domain(f"zone{number}.example")
    assert len(client.domains()) == 30
    assert [each.domain for each in client.domains(sdk.Domain.domain == "zone7.example")] == ["zone7.example"]
    assert [each.domain for each in client.domains(sdk.Domain.domain.contains("zone2"))][-1] == "zone29.example"


def test_it_moves_a_record(bench: Bench) -> None:
    domain = client_of(bench).domain_create("example.com", soa_email="a@example.com")
    record = domain.record_create("A", name="www", target="198.51.100.1", ttl_sec=30)
    record.target = "198.51.100.2"
    record.save()
    assert [(each.target, each.ttl_sec) for each in domain.records] == [("198.51.100.2", 30)]


def test_it_builds_a_private_network_with_a_guarded_instance_and_a_balancer(bench: Bench) -> None:
    client = client_of(bench)
    vpc = client.vpcs.create("net", REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
    firewall = client.networking.firewall_create(
        "guard", {"inbound": [], "outbound": [], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"}
    )
    instance = client.linode.instance_create(
        "g6-nanode-1",
        REGION,
        image="linode/debian12",
        root_pass=PASSWORD,
        private_ip=True,
        firewall=firewall,
        interfaces=[
            sdk.ConfigInterface(purpose="public"),
            sdk.ConfigInterface(purpose="vpc", subnet_id=vpc.subnets[0].id),
        ],
    )
    balancer = client.nodebalancer_create(REGION)
    config = balancer.config_create(port=80, protocol="tcp")
    private = instance.ips.ipv4.private[0].address
    node = config.node_create("one", f"{private}:80", mode="accept")
    node.mode = "drain"
    node.save()
    assert config.nodes[0].mode == "drain"
    assert [device.entity.id for device in firewall.devices] == [instance.id]
    assert instance.configs[0].interfaces[1].ipv4.vpc == "10.0.0.2"


def test_it_shares_and_reserves_addresses(bench: Bench) -> None:
    client = client_of(bench)
    first, second = (client.load(sdk.Instance, bench.running_instance()["id"]) for _ in range(2))
    client.networking.ip_addresses_share(first.ipv4, second)
    assert [each.address for each in second.ips.ipv4.shared] == [first.ipv4[0]]


def test_it_makes_volumes_buckets_keys_and_groups(bench: Bench) -> None:
    client = client_of(bench)
    instance = client.load(sdk.Instance, bench.running_instance()["id"])
    volume = client.volume_create("data", region=REGION, size=20)
    bench.pass_time(10)
    assert volume.attach(instance)
    assert [each.label for each in instance.volumes()] == ["data"]
    bucket = client.object_storage.bucket_create(REGION, "files")
    key = client.object_storage.keys_create(
        "one", bucket_access=client.object_storage.bucket_access(REGION, "files", "read_only")
    )
    assert (bucket.label, key.limited, len(key.secret_key) > 20) == ("files", True, True)
    group = client.placement.group_create(
        "apart", REGION, sdk.PlacementGroupType.anti_affinity_local, sdk.PlacementGroupPolicy.strict
    )
    group.assign([instance])
    assert [each.linode_id for each in group.members] == [instance.id]


def test_refusals_are_its_errors(bench: Bench) -> None:
    client = client_of(bench)
    with pytest.raises(sdk.ApiError) as caught:
        client.domain_create("example.com")
    assert (caught.value.status, caught.value.errors) == (400, ["soa_email required when type=master"])
    with pytest.raises(sdk.ApiError) as caught:
        client.load(sdk.Instance, 99)
    assert caught.value.status == 404
    with pytest.raises(sdk.ApiError) as caught:
        client_of(bench, token="unknown").domains()
    assert caught.value.status == 401


def test_its_tokens_carry_scopes(bench: Bench) -> None:
    made = client_of(bench).profile.token_create(label="dns", scopes="domains:read_only")
    narrow = client_of(bench, token=made.token)
    assert list(narrow.domains()) == []
    with pytest.raises(sdk.ApiError) as caught:
        narrow.linode.instances()
    assert caught.value.status == 401
    assert PASSWORD not in str(caught.value)
