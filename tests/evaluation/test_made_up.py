"""What nobody creates has ids and outputs that a program can go on with."""

import ipaddress

import pulumi
import pulumi_linode as linode
import pytest

from evaluation import UNKNOWN, Refused, Registration, evaluate


def options() -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=linode.Provider("linode"))


def network() -> None:
    opts = options()
    vpc = linode.Vpc("vpc-linode-us-ord", label="orders", region="us-ord", opts=opts)
    subnet = linode.VpcSubnet(
        "subnet-linode-us-ord", vpc_id=vpc.id.apply(int), label="servers", ipv4="10.1.0.0/24", opts=opts
    )
    inside = linode.InstanceInterfaceArgs(purpose="vpc", subnet_id=subnet.id.apply(int))
    web = linode.Instance("web-linode-us-ord", region="us-ord", type="g6-nanode-1", interfaces=[inside], opts=opts)
    other = linode.Instance("api-linode-us-ord", region="us-ord", type="g6-nanode-1", opts=opts)
    balancer = linode.NodeBalancer(
        "balancer-linode-us-ord", region="us-ord", vpcs=[{"subnet_id": subnet.id.apply(int)}], opts=opts
    )
    reserved = linode.ReservedIp("address-linode-us-ord", region="us-ord", opts=opts)
    pulumi.export("addresses", [web.ipv4s[0], other.ipv4s[0], balancer.ipv4, reserved.address])
    pulumi.export("ipv6", pulumi.Output.concat(web.ipv6, " ", balancer.ipv6))
    pulumi.export("subnet", subnet.ipv4)
    pulumi.export("interface", web.interfaces.apply(lambda found: found[0].id if found else None))
    pulumi.export("range", balancer.vpcs.apply(lambda found: found[0].ipv4_range if found else None))


def named() -> None:
    opts = options()
    bucket = linode.ObjectStorageBucket("bucket-linode-us-ord", region="us-ord", label="backups", opts=opts)
    user = linode.User("user", username="dns", email="dns@example.com", opts=opts)
    shared = linode.InstanceSharedIps("shared-linode-us-ord", linode_id=7, addresses=["198.18.0.2"], opts=opts)
    address = linode.ReservedIpAssignment("assigned-linode-us-ord", linode_id=7, address="198.18.0.2", opts=opts)
    pulumi.export("ids", [bucket.id, user.id, shared.id, address.id])


def by_name(*, preview: bool = False) -> dict[str, Registration]:
    return {one.name: one for one in evaluate("prod", program=network, preview=preview).registrations}


def test_ids_of_linode_are_numbers_and_the_same_in_every_run() -> None:
    first = by_name()
    assert isinstance(first["subnet-linode-us-ord"].inputs["vpcId"], int)
    assert first == by_name()


def test_addresses_and_hosts_of_linode_have_their_shapes_and_differ() -> None:
    outputs = evaluate("prod", program=network).outputs
    addresses = outputs["addresses"]
    assert isinstance(addresses, list)
    assert len({ipaddress.IPv4Address(str(address)) for address in addresses}) == 4
    instance, balancer = str(outputs["ipv6"]).split()
    assert ipaddress.IPv6Interface(instance) != ipaddress.IPv6Interface(balancer)
    assert (instance.partition("/")[2], balancer.partition("/")[2]) == ("128", "")


def test_an_instance_has_a_private_address_if_it_asks_for_one() -> None:
    def both() -> None:
        opts = options()
        near = linode.Instance("near", region="us-ord", private_ip=True, opts=opts)
        far = linode.Instance("far", region="us-ord", opts=opts)
        pulumi.export("near", near.ipv4s.apply(lambda found: found[1:]))
        pulumi.export("private", pulumi.Output.all(near.private_ip_address, far.private_ip_address))

    outputs = evaluate("prod", program=both).outputs
    assert isinstance(outputs["private"], list)
    private, none = outputs["private"]
    assert (outputs["near"], none) == ([private], "")
    assert ipaddress.IPv4Address(str(private)) in ipaddress.IPv4Network("192.168.128.0/17")


def test_what_was_given_stays_and_parts_get_what_the_provider_adds_to_them() -> None:
    outputs = evaluate("prod", program=network).outputs
    assert outputs["subnet"] == "10.1.0.0/24"
    assert isinstance(outputs["interface"], int)
    assert ipaddress.IPv4Network(str(outputs["range"])).prefixlen == 30


def test_what_is_no_number_at_linode_is_none_here() -> None:
    ids = evaluate("prod", program=named).outputs["ids"]
    assert ids == ["us-ord:backups", "dns", "7", "198.18.0.2"]


def test_a_preview_knows_neither_ids_nor_what_the_provider_adds() -> None:
    preview = evaluate("prod", program=network, preview=True)
    found = {one.name: one for one in preview.registrations}
    assert found["subnet-linode-us-ord"].inputs["vpcId"] == UNKNOWN
    assert [preview.outputs[name] for name in ("interface", "range", "ipv6")] == [UNKNOWN] * 3
    assert found.keys() == by_name().keys()


def attached() -> None:
    opts = options()
    reserved = linode.ReservedIp("address-linode-us-ord", region="us-ord", opts=opts)
    given = linode.Instance(
        "web-linode-us-ord", region="us-ord", type="g6-nanode-1", ipv4s=[reserved.address], tags=["web"], opts=opts
    )
    pulumi.export("addresses", given.ipv4s)
    pulumi.export("tags", given.tags)


def test_what_a_preview_gives_without_knowing_it_is_no_known_output() -> None:
    """The engine passes it on as unknown, so that no program reads its place holder for an address."""
    preview, up = evaluate("prod", program=attached, preview=True).outputs, evaluate("prod", program=attached).outputs
    assert (preview["addresses"], preview["tags"]) == (UNKNOWN, ["web"])
    assert isinstance(up["addresses"], list)


def test_a_type_that_shares_its_name_with_a_nested_one_is_checked_as_itself() -> None:
    def wrong() -> None:
        linode.VpcSubnet("subnet", vpc_id=1, label="a", ipv6s=[{"ranges": "auto"}], opts=options())

    with pytest.raises(Refused, match=r"'[^']*VpcSubnet::subnet' sets ipv6s.ranges"):
        evaluate("prod", program=wrong)
