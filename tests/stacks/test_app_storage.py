"""What keeps data in the application tier: each site has its own of everything, and knows the other by addresses."""

import functools
from collections.abc import Mapping

import pytest

from evaluation import ROOT, UNKNOWN, Evaluation, Registration, Value, evaluate
from infra.linode.address_plan import pool_range
from policy.judgement import judge
from policy.regions import RULES as OF_REGIONS
from tests.conftest import VARIANTS, Evaluate
from tests.stacks.linode_tier import FIREWALL, INSTANCE, app_config, at_linode, born_with, pool_of
from tests.stacks.registered import at, items, of_type, text, texts
from tests.stacks.test_firewalls import WORDS

VOLUME = "linode:index/volume:Volume"
ADDRESS = "linode:index/reservedIp:ReservedIp"
BUCKET = "linode:index/objectStorageBucket:ObjectStorageBucket"
CLUSTERS = ("linode:index/databaseMysqlV2:DatabaseMysqlV2", "linode:index/databasePostgresqlV2:DatabasePostgresqlV2")
# A variant with machines of ours, its engine and how many members a site has; `mrsc` has a database that Linode runs.
ENGINES = [("prod", "postgresql", 2), ("streams", "mariadb", 3)]
MANAGED = "mrsc"
SSH, FAILSAFE = "22", "7443"
PAGE = ROOT / "docs" / "app-storage.md"
PEERS = "the other site's members"
WORDS_IN_ORDER = (
    "everywhere",
    "everywhere by IPv6",
    "the other site's members",
    "web",
    "api",
    "database",
    "monitoring",
)
PORTS = {"postgresql": "5432", "mariadb": "3306"}


def members(stack: Evaluation, engine: str) -> list[Registration]:
    return [one for one in of_type(stack, INSTANCE) if pool_of(one) == engine]


def regions(stack: Evaluation) -> set[str]:
    """Return the regions of the two sites."""
    return {text(one.inputs, "region") for one in of_type(stack, INSTANCE) if pool_of(one) == "web"}


@pytest.mark.parametrize(("name", "engine", "count"), ENGINES)
def test_each_member_has_a_volume_an_address_and_a_host_of_its_own(
    variant: Evaluate, name: str, engine: str, count: int
) -> None:
    stack = variant(name)
    machines = members(stack, engine)
    assert len(machines) == 2 * count
    volumes = [urn for one in of_type(stack, VOLUME) for urn in one.property_dependencies["linodeId"]]
    assert sorted(volumes) == sorted(one.urn for one in machines)
    addresses = [urn for one in machines for urn in one.property_dependencies["ipv4s"]]
    assert sorted(addresses) == sorted(one.urn for one in of_type(stack, ADDRESS) if "database" in one.name)
    groups = {text(one.inputs, "region"): str(one.inputs["placementGroup"]) for one in machines}
    assert len(set(groups.values())) == 2
    assert {str(one.inputs["placementGroup"]) for one in machines} == set(groups.values())


@pytest.mark.parametrize(("name", "engine", "count"), ENGINES)
def test_what_belongs_to_a_member_is_in_its_region(variant: Evaluate, name: str, engine: str, count: int) -> None:
    by_urn = {one.urn: one for one in variant(name).registrations}
    for machine in members(variant(name), engine):
        [address] = machine.property_dependencies["ipv4s"]
        assert by_urn[address].inputs["region"] == machine.inputs["region"]
    for volume in of_type(variant(name), VOLUME):
        [urn] = volume.property_dependencies["linodeId"]
        assert volume.inputs["region"] == by_urn[urn].inputs["region"]


@pytest.mark.parametrize(("name", "engine", "count"), ENGINES)
def test_only_applications_of_the_site_and_members_of_both_reach_a_database(
    variant: Evaluate, name: str, engine: str, count: int
) -> None:
    stack = variant(name)
    for firewall in (one for one in of_type(stack, FIREWALL) if pool_of(one) == engine):
        own = firewall.name.rpartition("linode-")[2].removesuffix("-rules")
        peers = {given_to(one) for one in members(stack, engine) if one.inputs["region"] != own}
        assert len(peers) == count
        for rule in items(firewall.inputs["inbounds"]):
            assert networks(rule) <= inside(own) or networks(rule) == peers, firewall.name
            assert set(text(rule, "ports").split(", ")) <= {PORTS[engine], FAILSAFE}


def inside(region: str) -> set[str]:
    """Return the ranges of those who may speak with a database in a site."""
    sites = {"us-ord": "primary", "us-sea": "secondary", "jp-osa": "primary", "us-lax": "secondary"}
    return {pool_range(sites[region], pool) for pool in ("web", "api", "database")}


def networks(rule: Value) -> set[str]:
    return {found for found in texts(rule) if "/" in found}


def given_to(machine: Registration) -> str:
    [address] = items(machine.inputs["ipv4s"])
    return f"{address}/32"


def test_the_page_has_each_rule_of_a_databases_firewall_and_no_other(variant: Evaluate) -> None:
    [firewall] = [
        one for one in of_type(variant("prod"), FIREWALL) if one.name == "postgresql-firewall-linode-us-ord-rules"
    ]
    ways = {"in": "inbounds", "out": "outbounds"}
    declared = {(way, *told(rule)) for way, name in ways.items() for rule in items(firewall.inputs[name])}
    _, _, table = PAGE.read_text(encoding="utf-8").partition("| way | what | ports | from or to |\n|---|---|---|---|\n")
    rows = [line for line in table.partition("\n\n")[0].splitlines() if line.startswith("| ")]
    assert sorted(tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows) == sorted(declared)


def told(rule: Value) -> tuple[str, str, str]:
    words = sorted({WORDS.get(one, PEERS) for one in networks(rule)}, key=WORDS_IN_ORDER.index)
    return text(rule, "label"), f"{text(rule, 'protocol')} {text(rule, 'ports')}", ", ".join(words)


def test_applications_reach_no_port_but_the_databases_own(variant: Evaluate) -> None:
    for name, engine, _ in ENGINES:
        for firewall in of_type(variant(name), FIREWALL):
            rules = {text(rule, "label"): text(rule, "ports") for rule in items(firewall.inputs.get("inbounds", []))}
            if pool_of(firewall) == engine:
                assert rules["applications"] == PORTS[engine]
                assert rules["members"] == f"{PORTS[engine]}, {FAILSAFE}"


def test_one_site_needs_of_the_other_the_addresses_of_its_machines_alone(variant: Evaluate) -> None:
    """Without the waivers: what else depends on a region from outside is the users, whose grants are to machines."""
    for name in VARIANTS:
        stack = variant(name)
        found = {
            (
                one.finding.resource.type,
                next(other.type for other in stack.registrations if other.name == one.finding.subject),
            )
            for one in judge(stack.registrations, OF_REGIONS, ()).violations
            if one.rule.id == "dependency-out-of-a-region" and one.finding.resource.type.startswith("linode:")
        }
        users = {kind for kind in found if kind[0] == "linode:index/user:User"}
        assert found - users == {(FIREWALL, ADDRESS)}, name
        assert {kind for _, kind in users} <= {INSTANCE, "linode:index/nodeBalancer:NodeBalancer", FIREWALL}


@functools.cache
def database(**changed: object) -> Mapping[str, Registration]:
    preview = evaluate("prod", config={"app": app_config(database=dict(changed))}, preview=True)
    return {one.urn: one for one in at_linode(preview)}


def test_a_larger_volume_is_all_that_changes_with_its_size() -> None:
    before, after = database(volumeGb=100), database(volumeGb=200)
    assert before.keys() == after.keys()
    assert {one.type for urn, one in after.items() if one.inputs != before[urn].inputs} == {VOLUME}


def test_one_more_member_changes_no_machine_that_was_there() -> None:
    before, after = database(members=2), database(members=3)
    assert before.keys() < after.keys()
    kept = {urn: one for urn, one in before.items() if one.type == INSTANCE}
    assert {urn: after[urn] for urn in kept} == kept
    new = {one.name for urn, one in after.items() if urn not in before and one.type in (INSTANCE, VOLUME, ADDRESS)}
    assert new == {
        f"{noun}-linode-{region}-{part}"
        for region in ("us-ord", "us-sea")
        for noun, part in (("postgresql-3", "instance"), ("database-3", "volume"), ("database-3", "address"))
    }


def test_how_commits_wait_changes_nothing_that_is_declared() -> None:
    assert database(members=3) == database(members=3, replication="sync")


@pytest.mark.parametrize(("name", "engine", "count"), ENGINES)
def test_no_machine_is_told_its_role_or_its_engines_version(
    variant: Evaluate, name: str, engine: str, count: int
) -> None:
    """A role in a tag or in user-data breaks a rule; here, members of a site are born alike."""
    for region in regions(variant(name)):
        born = {born_with(one) for one in members(variant(name), engine) if one.inputs["region"] == region}
        assert len(born) == 1
        assert f'"pool": "{engine}"' in born.pop()


def test_a_managed_database_is_one_cluster_of_the_primary_site_that_only_its_applications_reach(
    variant: Evaluate,
) -> None:
    stack = variant(MANAGED)
    [cluster] = [one for kind in CLUSTERS for one in of_type(stack, kind)]
    assert cluster.inputs["region"] == "fr-par"
    assert set(items(cluster.inputs["allowLists"])) == {pool_range("primary", pool) for pool in ("web", "api")}
    assert of_type(stack, VOLUME) == []
    assert {pool_of(one) for one in of_type(stack, INSTANCE)} == {"balancer", "web", "api", "monitoring", "observer"}
    assert [one for one in stack.registrations if cluster.urn in one.dependencies] == []


@pytest.mark.parametrize("name", [MANAGED, "streams"])
def test_a_preview_registers_what_up_does_and_tells_nothing_of_the_tier_that_a_resource_answers(
    variant: Evaluate, name: str
) -> None:
    """So no root password is told either: it is an answer of what is made."""
    preview = evaluate("prod", config=VARIANTS[name], preview=True)
    assert [one.urn for one in preview.registrations] == [one.urn for one in variant(name).registrations]
    told = at(preview.outputs, "lifeboat", "app")
    assert told == at(variant(name).outputs, "lifeboat", "app")
    assert UNKNOWN not in texts(told)


def test_each_site_has_a_bucket_unless_files_go_by_rsync(variant: Evaluate) -> None:
    for name in ("prod", "streams"):
        buckets = [text(one.inputs, "region") for one in of_type(variant(name), BUCKET)]
        assert sorted(buckets) == sorted(regions(variant(name)))
    assert of_type(variant(MANAGED), BUCKET) == []


def test_web_servers_let_those_of_the_other_site_in_for_files_and_nobody_else(variant: Evaluate) -> None:
    stack = variant(MANAGED)
    web = [one for one in of_type(stack, INSTANCE) if pool_of(one) == "web"]
    for firewall in of_type(stack, FIREWALL):
        rules = [rule for rule in items(firewall.inputs.get("inbounds", [])) if text(rule, "ports") == SSH]
        if pool_of(firewall) != "web":
            assert rules == []
            continue
        others = {given_to(one) for one in web if not firewall.name.endswith(f"{one.inputs['region']}-rules")}
        assert [networks(rule) for rule in rules] == [others]
        assert len(others) == 2


def test_where_no_files_go_by_rsync_nobody_is_let_in_by_ssh(variant: Evaluate) -> None:
    for name in ("prod", "streams"):
        rules = [rule for one in of_type(variant(name), FIREWALL) for rule in items(one.inputs.get("inbounds", []))]
        assert [rule for rule in rules if SSH in str(rule).split("'")] == []
