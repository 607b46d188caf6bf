"""Fixed roles and where they are: `primary` and `secondary` never change, `active` does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Site = Literal["primary", "secondary"]
SITES: Mapping[str, Site] = {"primary": "primary", "secondary": "secondary"}
LOST_REGIONS = "LIFEBOAT_LOST_REGIONS"
"""The environment variable that tells the program which AWS regions do not answer, with commas between them."""


def other(site: Site) -> Site:
    """Name the site that is not this one."""
    return "secondary" if site == "primary" else "primary"


@dataclass(frozen=True, kw_only=True)
class Sites:
    """The data tier's two AWS regions."""

    primary: str
    secondary: str

    def region(self, site: Site) -> str:
        """Return the AWS region that holds the role."""
        return self.primary if site == "primary" else self.secondary

    def at(self, region: str) -> Site:
        """Return the role of a region that is one of the two."""
        return "primary" if region == self.primary else "secondary"
