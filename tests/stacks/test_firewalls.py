"""The page about the application tier says what its firewalls let through, and nothing else passes."""

from evaluation import Evaluation, Registration, Value
from infra.linode.address_plan import POOLS, pool_range
from infra.linode.role_rules import NODEBALANCERS, ROUTERS
from tests.stacks.linode_tier import FIREWALL, INGRESSES, at_linode, page, pool_of, with_ingress
from tests.stacks.registered import items, text, texts

# Databases are declared by a part of their own, which has a table of its own.
ELSEWHERE = {"postgresql"}
HEADING = "| role | ingress | way | what | ports | from or to |"
WORDS = {
    **{pool_range("primary", pool): pool for pool in POOLS},
    "0.0.0.0/0": "everywhere",
    "::/0": "everywhere by IPv6",
    NODEBALANCERS: "NodeBalancers",
    ROUTERS: "Linode's routers",
}
Row = tuple[str, str, str, str, str]


def rows_of(evaluation: Evaluation) -> set[Row]:
    """Return what the primary site's firewalls, and the observer's, let through."""
    guards = [one for one in at_linode(evaluation, FIREWALL) if "us-sea" not in one.name]
    return {row for one in guards if pool_of(one) not in ELSEWHERE for row in passing(one)}


def passing(firewall: Registration) -> set[Row]:
    ways = {"in": "inbounds", "out": "outbounds"}
    found = {(way, *told(rule)) for way, name in ways.items() for rule in items(firewall.inputs.get(name, []))}
    return {(pool_of(firewall), *row) for row in found}


def told(rule: Value) -> tuple[str, str, str]:
    networks = sorted(WORDS[found] for found in texts(rule) if "/" in found)
    assert text(rule, "action") == "ACCEPT"
    ports = f" {text(rule, 'ports')}" if text(rule, "protocol") != "ICMP" else ""
    return text(rule, "label"), f"{text(rule, 'protocol')}{ports}", ", ".join(networks)


def written() -> list[tuple[str, ...]]:
    """Return the rows of the page's table; what holds for both ingresses is there once."""
    _, _, table = page().partition(HEADING)
    lines = [line for line in table.partition("\n\n")[0].splitlines() if line.startswith("| `")]
    cells = [tuple(cell.strip().strip("`") for cell in line.strip("|").split("|")) for line in lines]
    return [(role, way, what, ports, peers, ingress) for role, ingress, way, what, ports, peers in cells]


def test_the_page_has_each_rule_of_each_role_and_no_other() -> None:
    found = {ingress: rows_of(with_ingress(ingress)) for ingress in INGRESSES}
    first, second = (found[ingress] for ingress in INGRESSES)
    expected = {(*row, "both") for row in first & second}
    for ingress, other in zip(INGRESSES, reversed(INGRESSES), strict=True):
        expected |= {(*row, ingress) for row in found[ingress] - found[other]}
    assert sorted(written()) == sorted(expected)


def test_nobody_is_let_in_by_ssh() -> None:
    for ingress in INGRESSES:
        inbound = [ports for _, way, _, ports, _ in rows_of(with_ingress(ingress)) if way == "in"]
        assert not any("22" in ports.replace(",", "").split() for ports in inbound)
