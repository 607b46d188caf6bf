"""Names that lead to one site for ever, beside the one that moves between sites."""

import re

from evaluation import Registration
from policy.declared import text

# As stacks/traffic_settings.py makes them of the application's name, which it lets begin otherwise.
OF_A_SITE = re.compile(r"(?:primary|secondary)(?:\.|$)")


def names_a_site(record: Registration) -> bool:
    """Say whether a record of Linode's DNS is a site's own name: run time never moves it."""
    return bool(OF_A_SITE.match(text(record, "name")))
