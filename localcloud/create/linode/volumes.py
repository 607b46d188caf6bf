"""Volumes.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/volume.md
"""

from collections.abc import Mapping
from functools import partial

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import CallFailed, Told
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of
from localcloud.create.linode.given import outputs

SHOWN = ("label", "region", "size", "linode_id", "encryption", "tags", "status", "filesystem_path", "io_ready")


def volume(creation: LinodeCreation) -> Created:
    """Create a volume, at an instance or for none yet, and wait until it can be used."""
    given = creation.given
    told = creation.make("/volumes", given.fields("label", "region", "size", "linodeId", "encryption", "tags"))
    path = f"/volumes/{told['id']}"
    if "linodeId" in given:
        creation.undo.append(partial(_detach, creation, path))
    given.value("timeouts")  # for how long the provider waits is its own affair
    return id_of(told), outputs(_active(creation, path, told["id"]), *SHOWN)


def _active(creation: LinodeCreation, path: str, volume_id: Value) -> Told:
    """Wait until a volume is active; one whose making failed is gone, and only its event says why."""
    try:
        return creation.wait_until(path, lambda shown: shown["status"] == "active")
    except CallFailed:
        creation.check_jobs("volume", volume_id)
        raise


def _detach(creation: LinodeCreation, path: str) -> None:
    """Take a volume from its instance, without which it cannot be deleted."""
    creation.api.post(f"{path}/detach")
    creation.wait_until(path, lambda shown: shown["linode_id"] is None)


CREATORS: Mapping[str, Creator] = {"linode:index/volume:Volume": volume}
