"""A declared volume can be used when it is created."""

import pytest

from localcloud.create.linode import NotCreated
from localcloud.faults import Fault
from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import REGION


def test_a_volume_is_at_its_instance_and_active(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    id_, outputs = deployer.create("Volume", label="data", linodeId=owner, size=40, encryption="enabled")
    told = deployer.bench.get(f"/volumes/{id_}")
    assert (told["status"], told["linode_id"], told["size"]) == ("active", owner, 40)
    assert (outputs["filesystemPath"], outputs["encryption"]) == (told["filesystem_path"], "enabled")


def test_a_volume_that_is_not_made_is_told_with_its_reason(deployer: Deployer) -> None:
    deployer.bench.gateway.faults.add(Fault(effect="error", service="linode", operation="volume_create", id="broken"))
    with pytest.raises(NotCreated, match=r"volume \d+: volume_create failed: failed: injected by broken"):
        deployer.create("Volume", label="data", region=REGION)
    assert deployer.bench.get("/volumes")["data"] == []


def test_a_volume_that_cannot_be_looked_at_is_taken_from_its_instance_and_deleted(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    deployer.bench.gateway.faults.add(
        Fault(effect="error", service="linode", operation="get-volume", id="blind", nth=1)
    )
    with pytest.raises(NotCreated, match=r"GET /volumes/\d+: 500: injected by blind$"):
        deployer.create("Volume", label="data", linodeId=owner)
    assert deployer.bench.get("/volumes")["data"] == []


def test_what_cannot_be_deleted_again_is_told(deployer: Deployer) -> None:
    owner = int(deployer.instance()[0])
    deployer.bench.gateway.faults.add(Fault(effect="blackhole", service="linode", operation="volume_create"))
    left = r"/volumes/\d+ is creating after 300 s; left behind: POST /volumes/\d+/detach: 400: Volume busy\."
    with pytest.raises(NotCreated, match=left):
        deployer.create("Volume", label="data", linodeId=owner)
