"""`lifeboat resources` shows every system of both tiers, region by region."""

import json
import re

from typer.testing import CliRunner

from ops.__main__ import app

DECIDING = {"health-checker", "failover-orchestrator", "notifier", "readiness", "signals", "orders", "pages", "alerts"}
DATA = {"losers", "dead-records", "auditor", "canary-alarms", "orders-alarms", "sessions-alarms"}
SITE = {
    *{"site", "network", "ingress", "ingress-firewall"},
    *{"balancer-pool", "balancer-firewall", "balancer-1", "balancer-2"},
    *{"web-pool", "web-firewall", "web-1", "web-2"},
    *{"api-pool", "api-firewall", "api-1", "api-2"},
    *{"monitoring-pool", "monitoring-firewall", "monitoring-1"},
    *{"database", "database-addresses", "files"},
    *{"postgresql-pool", "postgresql-firewall", "postgresql-1", "postgresql-2"},
}
SYSTEMS = {
    "aws-us-east-1": DECIDING | DATA,
    "aws-us-east-2": DECIDING | {"control"},
    "aws-us-west-2": DECIDING | DATA,
    "linode-us-ord": SITE,
    "linode-us-sea": SITE,
    "linode-us-iad": {"observer", "observer-pool", "observer-firewall", "observer-1"},
}


def test_every_system_of_both_tiers_is_shown_in_its_region() -> None:
    shown = CliRunner().invoke(app, ["resources", "-s", "prod", "--json"])
    assert shown.exit_code == 0, shown.output
    names = [one["name"] for one in json.loads(shown.stdout)["resources"] if one["type"].startswith("lifeboat:")]
    for region, nouns in SYSTEMS.items():
        found = {match[1] for name in names if (match := re.fullmatch(rf"(.+)-{region}", name))}
        assert nouns - found == set(), region
