"""What the application tier's things are called at Linode: labels, which an account has once each, and tags.

Labels and their limits: https://techdocs.akamai.com/linode-api/reference/post-linode-instance (64 characters),
https://techdocs.akamai.com/linode-api/reference/post-firewalls (32, as of NodeBalancers and volumes). Tags:
https://techdocs.akamai.com/linode-api/reference/post-tag.
"""

import re
from dataclasses import dataclass

LABEL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_LABEL = 64
LONGEST_SHORT_LABEL = 32
SHORTEST_TAG, LONGEST_TAG = 3, 50
# What is left of 32 characters beside `secondary-monitoring` and the dash before it.
LONGEST_STACK = 11


class UnfitName(ValueError):
    """A label or a tag that Linode would not take."""


@dataclass(frozen=True, kw_only=True)
class LinodeNaming:
    """The names of one stack. A ``place`` is a site, `primary` or `secondary`, or a region."""

    stack: str

    def label(self, place: str, noun: str) -> str:
        """Return the label of a machine, a VPC, a subnet or a placement group.

        Raises:
            UnfitName: Linode would not take it.
        """
        return _fit(f"lifeboat-{self.stack}-{place}-{noun}", LONGEST_LABEL)

    def short_label(self, place: str, noun: str) -> str:
        """Return the label of a firewall, a NodeBalancer or a volume: 32 characters leave no room for the prefix.

        Raises:
            UnfitName: Linode would not take it.
        """
        return _fit(f"{self.stack}-{place}-{noun}", LONGEST_SHORT_LABEL)

    def tags(self, site: str, pool: str = "") -> list[str]:
        """Return the tags of something of a site, and of one of its pools; sorted, as Linode returns them.

        Raises:
            UnfitName: Linode would not take one.
        """
        tags = [f"lifeboat:{self.stack}", f"site:{site}", *([f"pool:{pool}"] if pool else [])]
        if wrong := [tag for tag in tags if not SHORTEST_TAG <= len(tag) <= LONGEST_TAG]:
            raise UnfitName(f"{wrong[0]!r}: tags have {SHORTEST_TAG} to {LONGEST_TAG} characters")
        return sorted(tags)


def _fit(label: str, longest: int) -> str:
    if len(label) > longest or not LABEL.fullmatch(label):
        raise UnfitName(
            f"{label!r}: labels have up to {longest} of a-z 0-9 and single dashes; shorten the stack's name"
        )
    return label
