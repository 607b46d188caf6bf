"""What an image becomes on an instance: disks, a profile, user data.

https://techdocs.akamai.com/linode-api/reference/post-linode-instance
"""

import base64
import binascii

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.catalogue import TYPES, Image
from localcloud.linode.entities.instance import Attached, ConfigHelpers, ConfigInterface, ConfigProfile, Disk, Instance
from localcloud.linode.refusals import invalid

USER_DATA_CHARACTERS = 16384
"""Of base64. One text of the reference allows 65,535 bytes, another about 16 kB encoded: the smaller one holds here."""

SHORTEST_PASSWORD = 11
LONGEST_PASSWORD = 128


def check_password(body: Body) -> None:
    """Refuse an image that nobody could log in to.

    Raises:
        Refused: neither a password nor keys, or a password that is too short (400).
    """
    if "root_pass" not in body and not body.texts("authorized_keys") and not body.texts("authorized_users"):
        raise invalid("root_pass is required", "root_pass")
    password = body.text("root_pass", "x" * SHORTEST_PASSWORD)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise invalid("Password does not meet strength requirement.", "root_pass")


def user_data_of(body: Body, image_id: str | None) -> str:
    """Read an instance's user data, base64 as it is sent; "" if there is none.

    Raises:
        Refused: not base64, too long, or for no image that reads it (400).
    """
    text = body.part("metadata").text("user_data")
    if text and image_id is None:
        raise invalid("metadata needs an image with cloud-init", "metadata.user_data")
    if len(text) > USER_DATA_CHARACTERS:
        raise invalid(f"user_data may have {USER_DATA_CHARACTERS} characters", "metadata.user_data")
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        raise invalid("user_data must be base64", "metadata.user_data") from None
    return text


def make_disks(
    account: Account,
    instance: Instance,
    image: Image,
    swap_mb: int,
    interfaces: tuple[ConfigInterface, ...] = (),
) -> ConfigProfile:
    """Give an instance the disks of an image and swap, and a profile that boots them."""
    sizes = {f"{image.label} Disk": TYPES[instance.type].disk - swap_mb} | (
        {f"{swap_mb} MB Swap Image": swap_mb} if swap_mb else {}
    )
    disks = [
        _disk(account, instance, label, size, "swap" if "Swap" in label else "ext4") for label, size in sizes.items()
    ]
    devices = tuple((name, Attached(disk_id=disk.id)) for name, disk in zip(("sda", "sdb"), disks, strict=False))
    config = ConfigProfile(
        id=account.new_id(),
        linode_id=instance.id,
        label=f"My {image.label} Disk Profile",
        devices=devices,
        helpers=ConfigHelpers(network=instance.network_helper),
        interfaces=interfaces,
    )
    return account.configs.put(config.id, config)


def _disk(account: Account, instance: Instance, label: str, size: int, filesystem: str) -> Disk:
    now = account.now()
    disk = Disk(
        id=account.new_id(),
        linode_id=instance.id,
        label=label,
        size=size,
        filesystem=filesystem,
        created=now,
        updated=now,
        disk_encryption=instance.disk_encryption,
    )
    return account.disks.put(disk.id, disk)
