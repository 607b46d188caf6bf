"""`lifeboat rollout`, with a program in the engine's place that notes its calls."""

import stat
from pathlib import Path

import pytest

from failover.protocol import Protocol
from ops.engine import Engine, EngineFailed
from ops.hold import Hold, Terms
from ops.options import ChangeCall
from ops.refusal import Ended
from ops.rolling_out import Rollout, carry_out
from ops.rollout import Stage
from tests.ops.conftest import Ground
from tests.ops.one_tier import OneTier
from tests.ops.test_hold import HOUR, Observers

CALL = ChangeCall(stack="prod", yes=True, reason="release 42")
STAGES = (
    Stage(name="observer in us-east-2", observer="us-east-2", urns=("urn:a", "urn:b")),
    Stage(name="the rest", observer=None, urns=("urn:c",)),
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """An engine's command that notes what it is told, and fails where the file `fail` says."""
    program = tmp_path / "pulumi"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\ncase "$*" in *"$(cat {tmp_path}/fail)"*) exit 255;; esac\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "fail").write_text("nothing fails")
    return Engine(stack="prod", program=str(program), pack=tmp_path)


def calls(tmp_path: Path) -> list[str]:
    noted = tmp_path / "calls"
    return noted.read_text().splitlines() if noted.exists() else []


def rollout(tier: OneTier, engine: Engine, observers: Observers) -> Rollout:
    hold = Hold(tier.control, Protocol(), observers, Terms(lasting=HOUR))
    return Rollout(stages=STAGES, engine=engine, hold=hold)


def test_stages_go_to_the_engine_one_by_one_and_the_last_takes_all(
    tier: OneTier, engine: Engine, tmp_path: Path
) -> None:
    rollout(tier, engine, Observers(tier)).run()
    assert calls(tmp_path) == [
        "up --yes --skip-preview --target=urn:a --target=urn:b --non-interactive --stack=prod",
        f"up --yes --skip-preview --policy-pack={tmp_path} --non-interactive --stack=prod",
    ]


def test_the_policy_pack_is_enforced_and_lost_regions_are_left_alone(engine: Engine, tmp_path: Path) -> None:
    Engine(stack="prod", lost=("us-east-1",), program=engine.program, pack=tmp_path).up()
    [told] = calls(tmp_path)
    assert f"--exclude=**aws-us-east-1** --policy-pack={tmp_path} " in told


def test_the_engine_changes_nothing_while_a_tier_is_armed(tier: OneTier, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "fail").write_text("up")
    one = rollout(tier, engine, Observers(tier))
    with pytest.raises(EngineFailed):
        one.run()
    assert tier.row().armed is False
    assert len(calls(tmp_path)) == 1


def test_a_stage_whose_observer_stays_silent_is_the_last(tier: OneTier, engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="has not voted anew"):
        rollout(tier, engine, Observers(tier, voting=())).run()
    assert len(calls(tmp_path)) == 1


def test_without_an_engine_the_error_says_where_to_get_it() -> None:
    with pytest.raises(EngineFailed, match="not on PATH"):
        Engine(stack="prod", program="no-such-engine").up()


def test_a_dry_run_lists_the_stages_and_touches_nothing(ground: Ground) -> None:
    before = ground.row()
    told = ground.document("rollout", "--dry-run")
    assert told["disarms"] == ["data"]
    assert [stage["observer"] for stage in told["stages"]] == ["us-east-2", "us-west-2", "us-east-1", None]
    assert ground.row() == before


def test_a_tier_that_is_away_from_home_is_refused_in_a_line_with_the_next_step(ground: Ground) -> None:
    ground.set_row(active="secondary")
    ended = ground.lifeboat("rollout", "--yes", "--reason", "release 42")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr.startswith("refused: tier data is served by its secondary; --while-moved")


def test_a_rollout_that_fails_while_all_observers_vote_arms_again_and_says_so(
    tier: OneTier, engine: Engine, tmp_path: Path
) -> None:
    (tmp_path / "fail").write_text("up")
    with pytest.raises(Ended, match=r"did not get through.*steady; armed") as ended:
        carry_out(CALL, rollout(tier, engine, Observers(tier)))
    assert ended.value.code == 3
    assert tier.row().armed is True


def test_a_rollout_that_leaves_an_observer_silent_says_that_it_is_disarmed_until_when(
    tier: OneTier, engine: Engine
) -> None:
    with pytest.raises(Ended, match=r"has not voted anew.*steady; disarmed until 20") as ended:
        carry_out(CALL, rollout(tier, engine, Observers(tier, voting=("us-east-1",))))
    assert ended.value.code == 3
    assert tier.row().armed is False


def test_a_rollout_that_gets_through_is_armed_at_the_end(
    ground: Ground, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    carry_out(CALL, rollout(ground, engine, Observers(ground)))
    assert "data: primary is active in epoch 1, steady; armed" in capsys.readouterr().out
