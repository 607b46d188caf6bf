"""Who becomes a node and who gets a session: every way to be let in, and every way to be refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.enrolment.decision import (
    AHEAD,
    YOUNG,
    Applicant,
    Ask,
    Reason,
    Refusal,
    before_asking,
    judge_enrolment,
    judge_session,
)
from failover.enrolment.instance import Instance
from failover.enrolment.messages import SessionRequest
from failover.enrolment.node import Approval, Node, Row, Waiting
from tests.failover.enrolment.machines import NOW, OTHER, OWN, PLACE, STACK, TAGS, Machine, instance

MACHINE, STRANGER = Machine(), Machine()
SECOND = timedelta(seconds=1)


def approval(generation: int, left: timedelta = timedelta(minutes=5)) -> Approval:
    return Approval(generation=generation, until=NOW + left, by="ada@desk", reason="rebuilt")


def waiting(generation: int = 1, left: timedelta = timedelta(minutes=5)) -> Waiting:
    return Waiting(id=7, approval=approval(generation, left))


def enrolled(generation: int = 1, approved: Approval | None = None) -> Node:
    return replace(MACHINE.enrolled(generation), approval=approved)


@pytest.mark.parametrize(
    ("applicant", "row", "expected"),
    [
        (MACHINE.applies(1), None, Ask()),
        (MACHINE.applies(2), None, Refusal(reason=Reason.WRONG_GENERATION)),
        (MACHINE.applies(1), waiting(), Ask()),
        (MACHINE.applies(2), waiting(), Refusal(reason=Reason.WRONG_GENERATION)),
        (MACHINE.applies(1), enrolled(1), enrolled(1)),
        (MACHINE.applies(1, "2001:db8::7"), enrolled(1), enrolled(1)),
        (MACHINE.applies(1), enrolled(2), enrolled(2)),
        (MACHINE.applies(1, OTHER), enrolled(1), Refusal(reason=Reason.FOREIGN_ADDRESS)),
        (STRANGER.applies(1), enrolled(1), Refusal(reason=Reason.OTHER_KEY, due=2)),
        (STRANGER.applies(1, OTHER), enrolled(1), Refusal(reason=Reason.FOREIGN_ADDRESS)),
        (STRANGER.applies(2), enrolled(1), Ask()),
        (STRANGER.applies(3), enrolled(1), Refusal(reason=Reason.WRONG_GENERATION, due=2)),
        (STRANGER.applies(1), enrolled(2), Refusal(reason=Reason.OTHER_KEY, due=3)),
    ],
)
def test_a_lost_answer_is_given_again_and_a_used_generation_is_nobody_elses(
    applicant: Applicant, row: Row | None, expected: Node | Refusal | Ask
) -> None:
    assert before_asking(applicant, row) == expected


@pytest.mark.parametrize(
    ("applicant", "row", "found", "reason"),
    [
        (MACHINE.applies(), None, None, Reason.NO_INSTANCE),
        (MACHINE.applies(), None, instance(tags=()), Reason.WRONG_TAGS),
        (MACHINE.applies(), None, instance(tags=("lifeboat:staging", *TAGS[1:])), Reason.WRONG_TAGS),
        (MACHINE.applies(), None, instance(tags=TAGS[:2]), Reason.WRONG_TAGS),
        (MACHINE.applies(), None, instance(tags=(*TAGS, "pool:api")), Reason.WRONG_TAGS),
        (MACHINE.applies(source=OTHER), None, instance(), Reason.FOREIGN_ADDRESS),
        (MACHINE.applies(), None, instance(age=YOUNG), Reason.TOO_OLD),
        (MACHINE.applies(), None, instance(age=-AHEAD - SECOND), Reason.FROM_THE_FUTURE),
        (MACHINE.applies(), waiting(left=timedelta(0)), instance(age=YOUNG), Reason.TOO_OLD),
        (STRANGER.applies(2), enrolled(), instance(), Reason.NOT_APPROVED),
        (STRANGER.applies(2), enrolled(1, approval(2, timedelta(0))), instance(), Reason.NOT_APPROVED),
        (STRANGER.applies(2), enrolled(1, approval(3)), instance(), Reason.NOT_APPROVED),
        (STRANGER.applies(2, OTHER), enrolled(1, approval(2)), instance(), Reason.FOREIGN_ADDRESS),
    ],
)
def test_a_machine_is_refused_for_each_thing_that_is_not_right(
    applicant: Applicant, row: Row | None, found: Instance | None, reason: Reason
) -> None:
    judged = judge_enrolment(applicant, row, found, STACK, NOW)
    assert isinstance(judged, Refusal)
    assert judged.reason is reason


@pytest.mark.parametrize(
    ("applicant", "row", "age"),
    [
        (MACHINE.applies(), None, YOUNG - SECOND),
        (MACHINE.applies(), None, -AHEAD),
        (MACHINE.applies(source="2001:db8::7"), None, SECOND),
        (MACHINE.applies(), waiting(), timedelta(days=400)),
        (STRANGER.applies(2), enrolled(1, approval(2)), timedelta(days=400)),
    ],
)
def test_a_young_or_an_approved_machine_becomes_a_node_where_its_tags_say(
    applicant: Applicant, row: Row | None, age: timedelta
) -> None:
    judged = judge_enrolment(applicant, row, instance(age), STACK, NOW)
    assert isinstance(judged, Node)
    assert (judged.enrolled.key, judged.enrolled.place, judged.enrolled.at) == (applicant.key, PLACE, NOW)
    assert (judged.generation, judged.counter, judged.roots, judged.approval) == (applicant.generation, 0, (), None)


def test_only_a_machine_at_its_own_address_hears_which_generation_is_due() -> None:
    told = judge_enrolment(STRANGER.applies(2), enrolled(), instance(), STACK, NOW)
    untold = judge_enrolment(STRANGER.applies(2, OTHER), enrolled(), instance(), STACK, NOW)
    assert [one.due for one in (told, untold) if isinstance(one, Refusal)] == [2, None]


@pytest.mark.parametrize(
    ("request_", "row", "source", "reason"),
    [
        (MACHINE.asks(), None, OWN, Reason.NOT_ENROLLED),
        (MACHINE.asks(), waiting(), OWN, Reason.NOT_ENROLLED),
        (MACHINE.asks(generation=1), enrolled(2), OWN, Reason.NOT_ENROLLED),
        (MACHINE.asks(), enrolled(), OTHER, Reason.FOREIGN_ADDRESS),
        (STRANGER.asks(), enrolled(), OWN, Reason.BAD_SIGNATURE),
        (MACHINE.asks(stack="staging"), enrolled(), OWN, Reason.BAD_SIGNATURE),
        (replace(MACHINE.asks(1), counter=2), enrolled(), OWN, Reason.BAD_SIGNATURE),
        (replace(MACHINE.asks(), roots=("0" * 64,)), enrolled(), OWN, Reason.BAD_SIGNATURE),
        (replace(MACHINE.asks(generation=1), generation=2), enrolled(2), OWN, Reason.BAD_SIGNATURE),
        (MACHINE.asks(5), replace(enrolled(), counter=5), OWN, Reason.REPLAYED),
        (MACHINE.asks(4), replace(enrolled(), counter=5), OWN, Reason.REPLAYED),
    ],
)
def test_a_session_is_refused_for_each_thing_that_is_not_right(
    request_: SessionRequest, row: Row | None, source: str, reason: Reason
) -> None:
    judged = judge_session(request_, row, source, STACK)
    assert isinstance(judged, Refusal)
    assert judged.reason is reason


@given(st.integers(0, 2**53 - 2), st.integers(1, 2**40))
def test_any_higher_counter_is_taken(last: int, more: int) -> None:
    counter = min(last + more, 2**53 - 1)
    row = replace(enrolled(), counter=last)
    assert judge_session(MACHINE.asks(counter), row, OWN, STACK) == row


@given(st.binary(max_size=80))
def test_no_bytes_but_a_signature_are_one(noise: bytes) -> None:
    judged = judge_session(replace(MACHINE.asks(), signature=noise), enrolled(), OWN, STACK)
    assert judged == Refusal(reason=Reason.BAD_SIGNATURE)


SIGNED = MACHINE.asks()


@given(st.integers(0, len(SIGNED.signature) * 8 - 1))
def test_a_signature_with_any_bit_turned_is_none(place: int) -> None:
    turned = bytearray(SIGNED.signature)
    turned[place // 8] ^= 1 << place % 8
    judged = judge_session(replace(SIGNED, signature=bytes(turned)), enrolled(), OWN, STACK)
    assert judged == Refusal(reason=Reason.BAD_SIGNATURE)
