"""A larger pool has more placement groups, and every machine stays where it was."""

import functools

import pulumi
import pulumi_linode as linode

from evaluation import Evaluation, evaluate
from infra.linode.machine import MachineBirth
from infra.linode.machine_pool import MOST_TOGETHER, MachinePool, MachinePoolArgs
from infra.linode.naming import LinodeNaming
from infra.linode.role_rules import server_rules
from tests.stacks.registered import of_type

INSTANCE = "linode:index/instance:Instance"


def declare(count: int) -> None:
    args = MachinePoolArgs(
        naming=LinodeNaming(stack="prod"),
        linode_region="us-ord",
        site="primary",
        pool="web",
        type="g6-standard-2",
        count=count,
        birth=MachineBirth(image="linode/debian12", user_data="", authorized_key="ssh-ed25519 made-up"),
        rules=server_rules("primary", "postgresql"),
        spread="flexible",
        subnet_id=5,
    )
    opts = pulumi.ResourceOptions(provider=linode.Provider("linode", url="https://api.linode.com"))
    MachinePool("web-pool-linode-us-ord", args, opts)


@functools.cache
def pool(count: int) -> Evaluation:
    return evaluate("prod", program=functools.partial(declare, count))


def machines(count: int) -> dict[str, object]:
    return {one.name: dict(one.inputs) for one in of_type(pool(count), INSTANCE)}


def test_no_placement_group_holds_more_than_it_takes() -> None:
    groups = [str(one["placementGroup"]) for one in machines(16).values() if isinstance(one, dict)]
    assert {groups.count(group) for group in groups} == {MOST_TOGETHER, 1}
    assert len(set(groups)) == 4


def test_one_more_machine_changes_no_other_one() -> None:
    for count in (2, 5):
        before, after = machines(count), machines(count + 1)
        assert {name: after[name] for name in before} == before
        assert set(after) - set(before) == {f"web-{count + 1}-linode-us-ord-instance"}
