"""What machines are born with: Linode's image, the stub of user-data, and a key that opens nothing.

The stub is rendered by the module that the machines' other files are rendered by (nodes/rendering.py), so that the text
is checked as theirs is.
"""

import base64
import struct

from infra.linode.machine import MachineBirth
from nodes.templates.user_data import Birth, user_data
from stacks.app_settings import PUBLIC_KEY_PREFIX, AppSettings

KIND = b"ssh-ed25519"


def birth_of(app: AppSettings, site: str, pool: str) -> MachineBirth:
    """Return what a machine of a pool is made from; ``site`` is its region if it is in no site."""
    stub = Birth(site=site, pool=pool, channel=app.releases.channel, channel_key=app.releases.public_key)
    return MachineBirth(
        image=app.image, user_data=user_data(stub), authorized_key=authorized_key(app.releases.public_key)
    )


def authorized_key(public_key: str) -> str:
    """Return the releases' key as SSH spells it: who signs releases already decides what root runs.

    https://www.rfc-editor.org/rfc/rfc8709#section-4
    """
    raw = base64.b64decode(public_key).removeprefix(PUBLIC_KEY_PREFIX)
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (KIND, raw))
    return f"{KIND.decode()} {base64.b64encode(blob).decode()} releases"
