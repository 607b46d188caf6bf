"""What a machine is told at its birth: where it stands, what it is for, and whom to fetch the rest from.

cloud-init: https://cloudinit.readthedocs.io/en/22.4.2/topics/modules.html. Linode's texts differ on how long it may be,
65,535 bytes or some 16 kB encoded; this stays under the smaller:
https://techdocs.akamai.com/cloud-computing/docs/overview-of-the-metadata-service.
"""

import base64
from dataclasses import dataclass
from typing import Final

from nodes.rendering import render

LARGEST_BYTES: Final = 16_384


@dataclass(frozen=True, kw_only=True)
class Birth:
    """A machine's site, its pool, and the channel of releases with the public key (Ed25519, base64) that signs them."""

    site: str
    pool: str
    channel: str
    channel_key: str


def user_data(birth: Birth) -> str:
    """Return cloud-init's file as it is given to Linode: base64.

    Raises:
        ValueError: it is longer than Linode is sure to take.
    """
    encoded = base64.b64encode(render("user-data.yaml.j2", birth).encode()).decode()
    if len(encoded) > LARGEST_BYTES:
        raise ValueError(f"user-data of {len(encoded)} bytes, and {LARGEST_BYTES} are taken")
    return encoded
