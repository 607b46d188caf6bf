"""VPCs and their subnets.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/vpc_subnet.md
"""

from collections.abc import Mapping

from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of
from localcloud.create.linode.given import outputs


def vpc(creation: LinodeCreation) -> Created:
    """Create a VPC without subnets, which are resources of their own."""
    told = creation.make("/vpcs", creation.given.fields("label", "region", "description"))
    return id_of(told), outputs(told, "label", "region", "description", "created", "updated")


def subnet(creation: LinodeCreation) -> Created:
    """Add a subnet to a VPC."""
    path = f"/vpcs/{creation.given.text('vpcId')}/subnets"
    told = creation.make(path, creation.given.fields("label", "ipv4"))
    return id_of(told), outputs(told, "label", "ipv4", "created", "updated", "linodes", "databases", "nodebalancers")


CREATORS: Mapping[str, Creator] = {
    "linode:index/vpc:Vpc": vpc,
    "linode:index/vpcSubnet:VpcSubnet": subnet,
}
