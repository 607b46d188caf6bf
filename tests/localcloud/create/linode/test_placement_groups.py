"""A declared placement group takes the instances that are declared into it."""

from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION


def test_an_instance_joins_the_group_that_it_is_declared_in(deployer: Deployer) -> None:
    group, outputs = deployer.create(
        "PlacementGroup", label="apart", region=REGION, placementGroupType="anti_affinity:local"
    )
    assert (outputs["placementGroupPolicy"], outputs["isCompliant"]) == ("strict", True)
    instance, made = deployer.instance(placementGroup={"id": int(group)}, placementGroupExternallyManaged=False)
    (member,) = deployer.bench.get(f"/placement/groups/{group}")["members"]
    assert member["linode_id"] == int(instance)
    assert isinstance(made["placementGroup"], dict)
    assert made["placementGroup"]["label"] == "apart"
