"""Production's own part at Linode: what the engine makes there, keeps there, and leaves to run time."""

from localcloud.faults import Fault
from tests.engine.linode.owned import devices, kept, owned
from tests.engine.workplace import STACK, Workplace
from tests.localcloud.linode.bench import Bench
from tests.waiting import eventually

PRIMARY = "us-ord"
ONLY_LINODE = "--exclude=**aws**"
UP = ("up", "--yes", "--skip-preview", f"--stack={STACK}", ONLY_LINODE)


def everything(account: Bench) -> set[str]:
    """Return all that is there, each machine's place in a firewall too."""
    return owned(account.linode.account) | devices(account.linode.account)


def test_production_is_at_linode_as_the_state_keeps_it(deployed: Workplace, linode: Bench) -> None:
    assert set(kept(deployed.state()).values()) == everything(linode)


def test_no_secret_of_linodes_is_in_the_state(deployed: Workplace) -> None:
    (file,) = (deployed.root / "state").rglob(f"stacks/**/{STACK}.json")
    (provider,) = [one for one in deployed.state() if one["type"] == "pulumi:providers:linode"]
    assert "token" not in provider["inputs"]
    assert deployed.environment()["LINODE_TOKEN"] not in file.read_text(encoding="utf-8").split('"')


def test_a_failover_of_the_application_tier_is_not_undone(workplace: Workplace, linode: Bench) -> None:
    machines = linode.get("/linode/instances", {"region": PRIMARY})["data"]
    for one in machines:
        linode.post(f"/linode/instances/{one['id']}/shutdown")
    eventually(lambda: statuses(linode, PRIMARY) == {"offline"}, 10, "the site is off")
    nodes = [f"/nodebalancers/{path}" for path in node_paths(linode, PRIMARY)]
    for path in nodes:
        linode.put(path, mode="drain")
    workplace.up("--expect-no-changes")
    assert statuses(linode, PRIMARY) == {"offline"}
    assert {linode.get(path)["mode"] for path in nodes} == {"drain"}
    assert len(nodes) == 4


def test_a_first_deployment_that_fails_at_linode_ends_whole_with_the_next(fresh: Workplace, account: Bench) -> None:
    for operation in ("post-linode-instance", "post-firewall-device", "post-node-balancer-config"):
        account.gateway.faults.add(Fault(effect="error", service="linode", operation=operation, nth=2))
    assert "injected by" in fresh.run(*UP, fails=True)
    account.gateway.faults.clear()
    fresh.run(*UP)
    assert set(kept(fresh.state()).values()) == everything(account)
    fresh.run(*UP, "--expect-no-changes")


def test_production_is_made_without_a_linode_region_that_is_lost(fresh: Workplace, account: Bench) -> None:
    account.gateway.world.darken(PRIMARY)
    account.gateway.faults.add(Fault(effect="error", service="linode", mentions=PRIMARY))
    fresh.run(*UP, f"--exclude=**linode-{PRIMARY}**")
    assert set(kept(fresh.state()).values()) == everything(account)
    assert statuses(account, "us-sea") == {"running"}
    assert statuses(account, PRIMARY) == set()


def statuses(account: Bench, region: str) -> set[str]:
    """Return what the machines of a region do."""
    return {one["status"] for one in account.get("/linode/instances", {"region": region})["data"]}


def node_paths(account: Bench, region: str) -> list[str]:
    """Return the paths of all nodes behind a region's NodeBalancers."""
    found = []
    for balancer in account.get("/nodebalancers", {"region": region})["data"]:
        configs = f"{balancer['id']}/configs"
        for config in account.get(f"/nodebalancers/{configs}")["data"]:
            nodes = f"{configs}/{config['id']}/nodes"
            found += [f"{nodes}/{one['id']}" for one in account.get(f"/nodebalancers/{nodes}")["data"]]
    return found
