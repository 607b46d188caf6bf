"""Placement groups.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/placement_group.md
"""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of
from localcloud.create.linode.given import outputs

DEFAULTS: Mapping[str, Value] = {"placement_group_policy": "strict"}


def placement_group(creation: LinodeCreation) -> Created:
    """Create a group; instances join it when they are created."""
    names = ("label", "region", "placementGroupType", "placementGroupPolicy")
    told = creation.make("/placement/groups", {**DEFAULTS, **creation.given.fields(*names)})
    return id_of(told), outputs(told, "placement_group_policy", "is_compliant", "members")


CREATORS: Mapping[str, Creator] = {"linode:index/placementGroup:PlacementGroup": placement_group}
