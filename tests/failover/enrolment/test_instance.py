"""What Linode and its tags say of a machine."""

from datetime import UTC, datetime

import pytest

from failover.enrolment.instance import Instance, UnreadableInstance, canonical
from failover.enrolment.place import Place, WrongTags, place_of
from infra.linode.naming import LinodeNaming
from tests.failover.enrolment.machines import OWN, told_of_linode


def test_an_instance_is_read_with_its_own_addresses_in_one_spelling() -> None:
    found = Instance.of(told_of_linode(ipv6="2001:DB8:0::7/128"))
    assert found.addresses == tuple(sorted((OWN, "2001:db8::7")))
    assert found.created == datetime(2026, 11, 26, 11, 59, tzinfo=UTC)
    assert Instance.of(told_of_linode(ipv6=None)).addresses == (OWN,)


@pytest.mark.parametrize("field", ["id", "tags", "created", "ipv4"])
def test_an_answer_that_lacks_a_field_is_unreadable(field: str) -> None:
    told = {name: value for name, value in told_of_linode().items() if name != field}
    with pytest.raises(UnreadableInstance):
        Instance.of(told)


@pytest.mark.parametrize("changes", [{"created": "lately"}, {"ipv4": OWN}, {"ipv4": ["here"]}, {"tags": [7]}])
def test_an_answer_without_meaning_is_unreadable(changes: dict[str, object]) -> None:
    with pytest.raises(UnreadableInstance):
        Instance.of(told_of_linode(**changes))


@pytest.mark.parametrize(
    ("spelled", "one"), [("::ffff:192.0.2.7", "192.0.2.7"), ("2001:DB8::0:7", "2001:db8::7"), ("192.0.2.7", OWN)]
)
def test_an_address_has_one_spelling(spelled: str, one: str) -> None:
    assert canonical(spelled) == one


@pytest.mark.parametrize(("site", "pool"), [("primary", "web"), ("secondary", "database"), ("us-iad", "observer")])
def test_the_tags_that_instances_are_declared_with_are_those_that_are_read(site: str, pool: str) -> None:
    tags = LinodeNaming(stack="prod").tags(site, pool)
    assert place_of(tags, "prod") == Place(site=site, pool=pool)
    with pytest.raises(WrongTags):
        place_of(tags, "staging")


@pytest.mark.parametrize(
    "name", ["", "Web", "web*", "w/b", "w" * 33, "${aws:PrincipalTag/lifeboat-pool}", "web/../api"]
)
def test_a_tag_that_could_mean_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(WrongTags):
        place_of(("lifeboat:prod", "site:primary", f"pool:{name}"), "prod")
