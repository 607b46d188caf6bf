"""Small programs become real through evaluation, whole or with a reason."""

from collections.abc import Callable

import pulumi
import pulumi_aws as aws
import pulumi_linode as linode
import pytest

from evaluation import Value, evaluate
from localcloud.create import NotCreated, Resources, Unsupported
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.create.test_create import registration
from tests.localcloud.linode.bench import REGION, Bench

IMAGE = {"region": REGION, "type": "g6-nanode-1", "image": "linode/debian12"}


def options(bench: Bench) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=linode.Provider("linode", url=f"{bench.endpoint}/v4"))


def site(bench: Bench) -> None:
    """Declare an ingress and a server in a private network."""
    opts = options(bench)
    vpc = linode.Vpc("vpc-linode-us-ord", label="orders", region=REGION, opts=opts)
    subnet = linode.VpcSubnet(
        "subnet-linode-us-ord", vpc_id=vpc.id.apply(int), label="servers", ipv4="10.1.0.0/24", opts=opts
    )
    inside = linode.InstanceInterfaceArgs(purpose="vpc", subnet_id=subnet.id.apply(int), ipv4={"vpc": "10.1.0.9"})
    web = linode.Instance("web-linode-us-ord", label="web", interfaces=[inside], opts=opts, **IMAGE)
    balancer = linode.NodeBalancer(
        "front-linode-us-ord", region=REGION, vpcs=[{"subnet_id": subnet.id.apply(int)}], opts=opts
    )
    port = linode.NodeBalancerConfig(
        "https-linode-us-ord", nodebalancer_id=balancer.id.apply(int), port=443, protocol="tcp", opts=opts
    )
    linode.NodeBalancerNode(
        "web-node-linode-us-ord",
        nodebalancer_id=balancer.id.apply(int),
        config_id=port.id.apply(int),
        label="web",
        address="10.1.0.9:443",
        subnet_id=subnet.id.apply(int),
        opts=opts,
    )
    pulumi.export("web", web.ipv4s[0])
    pulumi.export("front", balancer.hostname)


def deploy(bench: Bench, program: Callable[[Bench], None]) -> dict[str, Value]:
    deployer = Resources(bench.endpoint, wait=bench.pass_time)
    return dict(evaluate("prod", program=lambda: program(bench), create=deployer.create).outputs)


def test_a_site_is_there_when_its_program_has_run(bench: Bench) -> None:
    outputs = deploy(bench, site)
    (web,), (front,) = bench.get("/linode/instances")["data"], bench.get("/nodebalancers")["data"]
    assert (outputs["web"], outputs["front"]) == (web["ipv4"][0], front["hostname"])
    (port,) = bench.get(f"/nodebalancers/{front['id']}/configs")["data"]
    (node,) = bench.get(f"/nodebalancers/{front['id']}/configs/{port['id']}/nodes")["data"]
    assert (web["status"], node["address"]) == ("running", "10.1.0.9:443")


def test_a_preview_makes_nothing_and_registers_the_same(bench: Bench) -> None:
    seen = {one.urn for one in evaluate("prod", program=lambda: site(bench), preview=True).registrations}
    assert bench.get("/vpcs")["data"] == []
    assert seen == {one.urn for one in evaluate("prod", program=lambda: site(bench)).registrations}


def test_a_refusal_ends_the_program_in_one_line(bench: Bench) -> None:
    bench.ask("POST", "/_cloud/linode-quotas", {"instances": 0})
    with pytest.raises(NotCreated) as caught:
        deploy(bench, site)
    urn = "urn:pulumi:prod::lifeboat::linode:index/instance:Instance::web-linode-us-ord"
    refusal = "POST /linode/instances: 400: Account Limit reached. Please open a support ticket."
    assert str(caught.value) == f"{urn}: {refusal}"


def test_an_unknown_type_is_refused_by_name(deployer: Deployer) -> None:
    with pytest.raises(Unsupported, match="cannot create linode:index/stackScript:StackScript; add a creator"):
        Resources(deployer.bench.endpoint).create(registration("linode:index/stackScript:StackScript", {}))


def test_an_input_that_would_be_left_out_is_refused_by_name_and_nothing_stays(deployer: Deployer) -> None:
    with pytest.raises(Unsupported, match=r"instance sets \['kernel'\], which the embedded cloud would leave out"):
        deployer.instance(kernel="linode/grub2")
    assert deployer.bench.get("/linode/instances")["data"] == []


def both(bench: Bench) -> None:
    provider = aws.Provider("aws-us-east-1", region="us-east-1", allowed_account_ids=["123456789012"])
    topic = aws.sns.Topic("signals-aws-us-east-1", opts=pulumi.ResourceOptions(provider=provider))
    vpc = linode.Vpc("vpc-linode-us-ord", label="orders", region=REGION, opts=options(bench))
    pulumi.export("topic", topic.arn)
    pulumi.export("vpc", vpc.id)


def test_one_program_makes_resources_of_both_clouds(bench: Bench) -> None:
    outputs = deploy(bench, both)
    assert str(outputs["topic"]).startswith("arn:aws:sns:us-east-1:")
    assert [outputs["vpc"]] == [str(vpc["id"]) for vpc in bench.get("/vpcs")["data"]]
