"""An order is given once, to an orchestrator that answers; what became of it is the exit code."""

import pytest

from localcloud.faults import Fault
from tests.ops.conftest import CONTROL_REGIONS, Ground, Orchestrators

MOVE = ("failover", "--yes", "--reason", "INC-42")


def test_an_order_says_who_gave_it_why_and_about_which_epoch(ground: Ground, orchestrators: Orchestrators) -> None:
    told = ground.document(*MOVE)
    ((region, order),) = orchestrators.orders
    assert (region, order["kind"], order["epoch"], order["reason"]) == ("us-west-2", "failover", 1, "INC-42")
    assert "@" in order["by"]
    assert (told["outcome"], told["order"]) == ("done", order["id"])


def test_a_region_that_hangs_is_passed_over(ground: Ground, orchestrators: Orchestrators) -> None:
    ground.front.gateway.world.darken("us-west-2", "blackhole")
    assert ground.lifeboat(*MOVE).exit_code == 0
    ((region, _),) = orchestrators.orders
    assert region in {"us-east-1", "us-east-2"}


def test_an_order_whose_answer_was_lost_is_given_again_as_the_same_order(
    ground: Ground, orchestrators: Orchestrators
) -> None:
    ground.front.gateway.faults.add(
        Fault(effect="lost_reply", service="lambda", operation="Invoke", region="us-west-2", nth=2)
    )
    assert ground.lifeboat(*MOVE).exit_code == 0
    (first, second) = orchestrators.orders
    assert first[1] == second[1]
    assert (first[0], second[0] != "us-west-2") == ("us-west-2", True)


def test_an_order_that_may_have_been_taken_fails_mid_way(ground: Ground, orchestrators: Orchestrators) -> None:
    orders = Fault(effect="lost_reply", service="lambda", operation="Invoke")
    for region, number in (("us-east-1", 1), ("us-east-2", 1), ("us-west-2", 2)):
        ground.front.gateway.faults.add(
            Fault(effect=orders.effect, service="lambda", operation="Invoke", region=region, nth=number)
        )
    told = ground.document(*MOVE, code=3)
    assert "may have been taken" in told["error"]
    assert "the same command, with --to secondary, goes on" in told["next_step"]


def test_an_order_that_named_its_target_is_given_again_as_it_was(ground: Ground, orchestrators: Orchestrators) -> None:
    orchestrators.answer = {"outcome": "lost", "code": "x", "reason": "y"}
    assert "the same command goes on" in ground.document(*MOVE, "--to", "secondary", code=3)["next_step"]


@pytest.mark.parametrize("verb", ["failover", "switchover"])
def test_a_move_that_names_its_target_is_not_made_back_when_it_is_said_again(
    ground: Ground, orchestrators: Orchestrators, verb: str
) -> None:
    for observer in CONTROL_REGIONS:
        ground.vote(observer)
    aimed = (verb, "--to", "secondary", "--reason", "INC-42", "--yes")
    assert ground.lifeboat(*aimed).exit_code == 0
    ((_, order),) = orchestrators.orders
    assert order["target"] == "secondary"
    ground.set_row(active="secondary", epoch=2)
    again = ground.lifeboat(*aimed)
    assert (again.exit_code, len(orchestrators.orders)) == (1, 1)
    assert "secondary is active already" in again.stderr


def test_a_target_that_is_no_site_is_a_usage_error(ground: Ground) -> None:
    assert ground.lifeboat("failover", "--to", "us-west-2", "--dry-run").exit_code == 2


def test_a_held_plan_is_resumed_by_the_region_that_it_goes_to(ground: Ground, orchestrators: Orchestrators) -> None:
    ground.set_row(active="secondary", epoch=2, phase="held", step="wait", target="secondary", plan_id="data-2-x")
    assert ground.lifeboat("failover", "--to", "secondary", "--reason", "go on", "--yes").exit_code == 0
    assert orchestrators.orders[0][0] == "us-west-2"


@pytest.mark.parametrize(("kind", "warned"), [("switchover", True), ("failback", True), ("failover", False)])
def test_a_held_planned_move_that_is_to_go_on_as_a_failover_says_what_stays_behind(
    ground: Ground, orchestrators: Orchestrators, kind: str, warned: bool
) -> None:
    held = {"phase": "held", "step": "drain", "target": "secondary", "plan_id": "data-2-x", "kind": kind}
    ground.set_row(active="secondary", epoch=2, **held)
    told = ground.lifeboat("failover", "--dry-run").stdout
    assert "resume: failover to secondary" in told
    assert (f"stays behind, and a {kind} would wait for it" in told) is warned


def test_what_changes_something_and_is_interrupted_ends_with_3_and_says_how_to_go_on(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ops.arming.noted", interrupted)
    assert (
        "the same command goes on"
        in ground.document("disarm", "--for", "1h", "--yes", "--reason", "x", code=3)["next_step"]
    )
    monkeypatch.setattr("ops.moves.decide", interrupted)
    assert ground.lifeboat("failover", "--dry-run").exit_code == 130


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("done", 0), ("cancelled", 0), ("refused", 1), ("stayed", 1), ("held", 3), ("lost", 3), ("failed", 3)],
)
def test_what_became_of_it_is_the_exit_code(
    ground: Ground, orchestrators: Orchestrators, outcome: str, code: int
) -> None:
    orchestrators.answer = {"outcome": outcome, "code": "x", "reason": "y"}
    assert ground.document(*MOVE, code=code)["outcome"] == outcome


def test_an_order_that_another_region_carries_out_already_is_under_way(
    ground: Ground, orchestrators: Orchestrators
) -> None:
    orchestrators.answer = {"outcome": "stayed", "code": "again", "reason": "plan x is at 'wait'"}
    assert "goes on from there" in ground.document(*MOVE, code=3)["next_step"]


def test_arming_and_disarming_keep_who_did_it_and_why(ground: Ground) -> None:
    ground.lifeboat("disarm", "--for", "4h", "--reason", "network work")
    assert not ground.row().armed
    assert ground.document("arm", "--dry-run") == {
        "would": "Allow automatic failovers",
        "now": ground.document("disarm", "--dry-run")["now"],
    }
    assert not ground.row().armed
    entries = ground.document("journal", "data-arming")["entries"]
    assert [(entry["step"], entry["detail"]) for entry in entries] == [("disarm", "network work")]
    told = ground.lifeboat("journal", "data-arming").stdout
    assert "disarm" in told
    assert "network work" in told
