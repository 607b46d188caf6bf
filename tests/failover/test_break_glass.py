"""What must be so before an operator acts without a majority of the control table."""

import pytest

from failover.break_glass import Majority, is_off, majority
from tests.failover.model_table import refusal
from tests.failover.wire import lost_reply

BROKEN = refusal("InternalServerError", "GetItem", status=500)
LOST = lost_reply("us-east-1")


@pytest.mark.parametrize(
    ("answers", "seen"),
    [
        ({"a": {}, "b": LOST, "c": LOST}, Majority.THERE),
        ({"a": BROKEN, "b": LOST, "c": LOST}, Majority.LOST),
        ({"a": BROKEN, "b": BROKEN, "c": BROKEN}, Majority.LOST),
        ({"a": LOST, "b": LOST, "c": LOST}, Majority.UNKNOWN),
        ({"a": refusal("AccessDeniedException", "GetItem"), "b": LOST, "c": LOST}, Majority.UNKNOWN),
    ],
)
def test_a_majority_is_lost_only_where_a_region_was_reached_and_could_not_serve(
    answers: dict[str, object], seen: Majority
) -> None:
    assert majority(answers) is seen


@pytest.mark.parametrize(
    ("answer", "off"),
    [({}, False), (LOST, True), (BROKEN, True), (refusal("AccessDeniedException", "GetItem"), False)],
)
def test_a_site_that_answers_anything_at_all_is_not_off(answer: object, off: bool) -> None:
    assert is_off(answer) is off
