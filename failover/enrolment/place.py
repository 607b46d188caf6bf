"""Where a machine stands and what it is for, as the tags of its instance at Linode say.

`lifeboat:STACK`, `site:SITE`, `pool:POOL`: infra/linode/naming.py declares instances with these.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
STACK, SITE, POOL = "lifeboat", "site", "pool"


class WrongTags(Exception):
    """The tags do not say of which stack, site and pool a machine is, or say it twice."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A node's site and pool."""

    site: str
    pool: str


def place_of(tags: Iterable[str], stack: str) -> Place:
    """Return where an instance of the stack stands; tags of other kinds are let pass.

    Raises:
        WrongTags: it is of another stack, or a tag of ours is missing, there twice, or has no meaning.
    """
    given = tuple(tags)
    if _only(given, STACK) != stack:
        raise WrongTags(f"it is not tagged {STACK}:{stack}")
    return Place(site=_only(given, SITE), pool=_only(given, POOL))


def _only(tags: tuple[str, ...], kind: str) -> str:
    values = [tag.removeprefix(f"{kind}:") for tag in tags if tag.startswith(f"{kind}:")]
    if len(values) != 1 or not NAME.fullmatch(values[0]):
        raise WrongTags(f"it has not one tag {kind}:NAME, but {len(values)}")
    return values[0]
