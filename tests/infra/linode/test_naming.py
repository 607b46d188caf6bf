"""A name that exists is one that Linode takes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.linode.address_plan import POOLS, SITES
from infra.linode.naming import LABEL, LONGEST_STACK, LinodeNaming, UnfitName

STACKS = st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True)
PLACES = st.sampled_from([*SITES, "us-ord", "jp-tyo-3"])
NOUNS = st.sampled_from([*POOLS, "observer", "ingress", "database-5"])


@given(stack=STACKS, place=PLACES, noun=NOUNS)
def test_every_stack_of_an_application_tier_has_labels_and_tags(stack: str, place: str, noun: str) -> None:
    naming = LinodeNaming(stack=stack)
    assert LABEL.fullmatch(naming.label(place, f"{noun}-16"))
    assert len(naming.short_label(place, noun)) <= 32
    assert all(3 <= len(tag) <= 50 for tag in naming.tags(place, noun))


def test_the_longest_stack_leaves_room_for_the_longest_noun() -> None:
    LinodeNaming(stack="a" * LONGEST_STACK).short_label("secondary", "monitoring")
    with pytest.raises(UnfitName, match="shorten the stack's name"):
        LinodeNaming(stack="a" * (LONGEST_STACK + 1)).short_label("secondary", "monitoring")


@pytest.mark.parametrize("noun", ["web--1", "Web", "web_1", "-web", "web-", "x" * 60])
def test_a_label_that_linode_refuses_cannot_be_made(noun: str) -> None:
    with pytest.raises(UnfitName, match=re.escape(noun)):
        LinodeNaming(stack="prod").label("primary", noun)


def test_a_tag_that_linode_refuses_cannot_be_made() -> None:
    with pytest.raises(UnfitName, match="3 to 50"):
        LinodeNaming(stack="prod").tags("x" * 60)
