"""Production's own part at Linode: what the engine makes there, keeps there, and leaves to run time."""

import yaml

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


def test_one_machine_is_made_anew_and_stands_behind_its_firewall(workplace: Workplace, linode: Bench) -> None:
    (urn,) = [one["urn"] for one in workplace.state() if one["urn"].endswith("::balancer-1-linode-us-ord-instance")]
    before = {one["label"]: one["id"] for one in linode.get("/linode/instances")["data"]}
    workplace.run(*UP, f"--replace={urn}")
    after = {one["label"]: one["id"] for one in linode.get("/linode/instances")["data"]}
    (anew,) = [label for label in before if before[label] != after.get(label)]
    assert (anew, set(after)) == ("lifeboat-prod-primary-balancer-1", set(before))
    (guard,) = linode.get(f"/linode/instances/{after[anew]}/firewalls")["data"]
    assert guard["label"] == "prod-primary-balancer"
    workplace.up("--expect-no-changes", ONLY_LINODE)


def test_a_first_deployment_that_fails_at_linode_ends_whole_with_the_next(fresh: Workplace, account: Bench) -> None:
    for operation in ("post-linode-instance", "post-firewall-device", "post-node-balancer-config"):
        account.gateway.faults.add(Fault(effect="error", service="linode", operation=operation, nth=2))
    assert "injected by" in fresh.run(*UP, fails=True)
    account.gateway.faults.clear()
    fresh.run(*UP)
    assert set(kept(fresh.state()).values()) == everything(account)
    fresh.run(*UP, "--expect-no-changes")


def test_a_pool_grows_while_the_other_linode_region_is_lost(fresh: Workplace, account: Bench) -> None:
    """What is in the lost region stays in the state, so what names its addresses elsewhere goes on to do so.

    Only who may touch single machines, users of both regions' machines, waits until all of them can be made.
    """
    fresh.run(*UP)
    before = labels(account)
    account.gateway.world.darken(PRIMARY)
    account.gateway.faults.add(Fault(effect="error", service="linode", mentions=PRIMARY))
    grow_web_pools(fresh, 3)
    fresh.run(*UP, f"--exclude=**linode-{PRIMARY}**", "--exclude=**linode-user**")
    assert labels(account) - before == {f"lifeboat-{STACK}-secondary-web-3"}
    assert set(kept(fresh.state()).values()) == everything(account)


def grow_web_pools(place: Workplace, count: int) -> None:
    """Give both sites so many web servers."""
    path = place.project / f"Pulumi.{STACK}.yaml"
    app = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]["lifeboat:app"]
    place.configure({"app": {**app, "pools": {"web": {"count": count}}}})


def labels(account: Bench) -> set[str]:
    """Return what the account's machines are called."""
    return {one["label"] for one in account.get("/linode/instances")["data"]}


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
