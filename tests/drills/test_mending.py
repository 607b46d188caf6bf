"""What a drill's person does after a region was away for too long, and what they must be told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from drills.away import let_pass, take_old_region_away
from drills.catching_up import measured
from drills.events import read_events
from drills.mending import (
    Unexpected,
    divergence_is_incomplete,
    redrive_what_was_put_aside,
    repair_what_differs,
    verify_finds_nothing,
    verify_finds_what_differs,
)
from drills.recorder import Recorder
from drills.running import Said, under_way
from tests.drills.staged import Staged, staged, write

INCOMPLETE = Said(code=0, output="2 listed; incomplete: nothing shows that it came over; next: lifeboat verify")
WAITING = Said(code=0, output="2 listed; waiting: nothing shows that it came over")
DIFFERS = Said(code=1, output="refused: orders is not alike: 2 only-in-primary")
ALIKE = Said(code=0, output="orders is alike: 7 items at the primary and 7 items at the secondary")
BROKEN = Said(code=3, output="failed: us-east-1 does not answer")


@pytest.fixture
def stage(tmp_path: Path) -> Staged:
    return staged(tmp_path)


def find(folder: Path, *keys: str) -> None:
    """Leave what `verify --out` does."""
    lines = [json.dumps({"key": {"customer_id": {"S": key}, "order_id": {"S": "load"}}}) for key in keys]
    (folder / "differences.jsonl").write_text("".join(f"{line}\n" for line in lines))


def test_the_old_region_goes_dark_and_hours_pass(stage: Staged) -> None:
    with under_way(stage.drill):
        take_old_region_away()
        let_pass(18.5)
    assert stage.regions.done == [("darken", "us-east-1", "blackhole")]
    assert stage.operator.passed == [66_600]


@pytest.mark.parametrize(
    ("look", "answer", "command"),
    [
        (divergence_is_incomplete, INCOMPLETE, "divergence"),
        (verify_finds_nothing, ALIKE, "verify"),
        (redrive_what_was_put_aside, Said(code=0, output="carried over: 4"), "redrive"),
    ],
)
def test_what_a_command_had_to_say_is_well(
    stage: Staged, look: Callable[[], object], answer: Said, command: str
) -> None:
    stage.operator.answers = [answer]
    with under_way(stage.drill):
        assert look()
    assert [one[0] for one in stage.operator.commands] == [command]


@pytest.mark.parametrize(
    ("look", "answer"),
    [
        (divergence_is_incomplete, WAITING),
        (divergence_is_incomplete, BROKEN),
        (verify_finds_nothing, DIFFERS),
        (verify_finds_nothing, BROKEN),
        (verify_finds_what_differs, ALIKE),
        (verify_finds_what_differs, BROKEN),
        (repair_what_differs, BROKEN),
        (redrive_what_was_put_aside, BROKEN),
    ],
)
def test_what_it_must_not_say_ends_the_drill_with_its_words(
    stage: Staged, look: Callable[[], object], answer: Said
) -> None:
    stage.operator.answers = [answer]
    with under_way(stage.drill), pytest.raises(Unexpected, match=answer.output):
        look()


def test_what_was_found_is_held_against_the_clients_log(stage: Staged, tmp_path: Path) -> None:
    with Recorder(tmp_path / "load.jsonl") as recorder:
        for number in range(3):
            recorder.write(write("primary", number, at=1.0, acknowledged=True))
    stage.operator.held = [{"us-east-1": {"0": ("0",), "1": ("1",), "2": ("2",)}, "us-west-2": {"2": ("2",)}}]
    stage.operator.answers = [DIFFERS]
    find(tmp_path, "1", "2")
    with under_way(stage.drill):
        assert verify_finds_what_differs()
    assert measured(read_events(tmp_path / "events.jsonl")) == {
        "differences_found": 2,
        "differences_missed": 1,
        "differences_unfounded": 1,
    }


def test_what_repair_listed_is_told(stage: Staged, tmp_path: Path) -> None:
    told = {"table": "orders", "counts": {"applied": 40, "diverged": 3}}
    stage.operator.answers = [Said(code=0, output=f"repair orders\n{json.dumps(told)}")]
    with under_way(stage.drill):
        repair_what_differs()
    assert measured(read_events(tmp_path / "events.jsonl")) == {"losers_listed_by_repair": 3}
