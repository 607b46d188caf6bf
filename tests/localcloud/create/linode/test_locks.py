"""A declared lock keeps what it names."""

from tests.localcloud.create.linode.deployer import Deployer


def test_what_is_locked_cannot_be_deleted(deployer: Deployer) -> None:
    instance = int(deployer.instance(image=None, label="writer")[0])
    id_, outputs = deployer.create("Lock", entityId=instance, entityType="linode", lockType="cannot_delete")
    assert deployer.bench.refused("DELETE", f"/linode/instances/{instance}")[0] == 400
    assert outputs["entityLabel"] == "writer"
    deployer.bench.delete(f"/locks/{id_}")
    deployer.bench.delete(f"/linode/instances/{instance}")
