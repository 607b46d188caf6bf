"""Where people reach a site, whichever cloud it is in."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class SiteAddresses:
    """A site's public addresses, which stay its own for as long as it exists."""

    ipv4: pulumi.Input[str]
    ipv6: pulumi.Input[str] | None = None
