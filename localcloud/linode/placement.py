"""Which instances a placement group takes.

https://techdocs.akamai.com/linode-api/reference/post-group-add-linode
"""

from localcloud.linode.account import Account
from localcloud.linode.catalogue import MAXIMUM_MEMBERS
from localcloud.linode.entities.instance import Instance
from localcloud.linode.entities.network import PlacementGroup
from localcloud.linode.refusals import invalid


def members_of(account: Account, group: PlacementGroup) -> list[Instance]:
    """Give the instances of a group."""
    return account.instances.where(lambda each: each.placement_group_id == group.id)


def check_room(account: Account, group: PlacementGroup, region: str) -> None:
    """Refuse one more instance of a region.

    Raises:
        Refused: the group is full, or in another region (400).
    """
    if group.region != region:
        raise invalid(f"The Linode and the placement group must be in one region, not {region} and {group.region}")
    if len(members_of(account, group)) >= MAXIMUM_MEMBERS:
        raise invalid(f"A placement group may have {MAXIMUM_MEMBERS} Linodes", "linodes")
