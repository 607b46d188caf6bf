"""Who beside the operator may touch Linode's account, and what the zone there has."""

from collections.abc import Mapping

from evaluation import Evaluation, Registration, evaluate
from tests.conftest import Evaluate
from tests.stacks.linode_tier import INSTANCE, app_config, pool_of
from tests.stacks.registered import at, items, of_type, text

USER = "linode:index/user:User"
DOMAIN = "linode:index/domain:Domain"
RECORD = "linode:index/domainRecord:DomainRecord"
BALANCER = "linode:index/nodeBalancer:NodeBalancer"


def user(stack: Evaluation, duty: str) -> Registration:
    [found] = [one for one in of_type(stack, USER) if one.name.endswith(duty)]
    return found


def granted(one: Registration, kind: str) -> set[tuple[str, str]]:
    """Return the URNs of what is granted, and how: one grant for each, all of a kind alike."""
    grants, on = items(one.inputs.get(kind, [])), one.property_dependencies.get(kind, ())
    assert len({str(at(grant, "id")) for grant in grants}) == len(on)
    return {(urn, text(grant, "permissions")) for urn in on for grant in grants}


def urns(stack: Evaluation, kind: str) -> set[str]:
    return {one.urn for one in of_type(stack, kind)}


def test_enrolment_reads_each_machine_and_changes_nothing(stack: Evaluation) -> None:
    enrolment = user(stack, "enrolment")
    assert granted(enrolment, "linodeGrants") == {(urn, "read_only") for urn in urns(stack, INSTANCE)}
    assert {name for name in enrolment.inputs if name.endswith("Grants")} == {"linodeGrants", "globalGrants"}


def test_failover_changes_machines_of_the_sites_balancers_and_the_zone_and_not_the_observer(stack: Evaluation) -> None:
    failover = user(stack, "failover")
    sites = {one.urn for one in of_type(stack, INSTANCE) if pool_of(one) != "observer"}
    assert granted(failover, "linodeGrants") == {(urn, "read_write") for urn in sites}
    assert granted(failover, "nodebalancerGrants") == {(urn, "read_write") for urn in urns(stack, BALANCER)}
    assert granted(failover, "domainGrants") == {(urn, "read_write") for urn in urns(stack, DOMAIN)}


def test_no_user_has_a_grant_on_the_account(stack: Evaluation) -> None:
    for one in of_type(stack, USER):
        account = at(one.inputs, "globalGrants")
        assert isinstance(account, Mapping)
        assert set(account.values()) == {False}
        assert one.inputs["restricted"] is True


def test_without_somebody_to_get_their_mail_no_user_is_declared() -> None:
    without = {key: value for key, value in app_config().items() if key != "linodeUsers"}
    preview = evaluate("prod", config={"app": without}, preview=True)
    assert of_type(preview, USER) == []
    assert of_type(preview, INSTANCE)


def test_the_zone_at_linode_has_each_sites_own_name_and_not_the_one_that_moves(variant: Evaluate) -> None:
    stack = variant("streams")
    records = {(text(one.inputs, "name"), text(one.inputs, "recordType")) for one in of_type(stack, RECORD)}
    assert records == {(f"{site}.shop", kind) for site in ("primary", "secondary") for kind in ("A", "AAAA")}
    for one in of_type(stack, RECORD):
        site = {"primary": "jp-osa", "secondary": "us-lax"}[text(one.inputs, "name").partition(".")[0]]
        assert f"linode-{site}" in one.name
        assert [f"linode-{site}" in urn for urn in one.property_dependencies["target"]] == [True]


def test_nobody_else_s_zone_is_declared(variant: Evaluate) -> None:
    assert of_type(variant("prod"), DOMAIN) == []
    assert of_type(variant("mrsc"), DOMAIN) == []
