"""Where a site is reached from outside."""

from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class SiteAddresses:
    """The addresses of a site's ingress, which a site's own name points to; ``ipv6`` is None if it has none."""

    ipv4: pulumi.Input[str]
    ipv6: pulumi.Input[str] | None
