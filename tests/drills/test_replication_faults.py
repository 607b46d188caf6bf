"""What experiments do between two regions of a `streams` table, and when they see it well."""

from pathlib import Path

import pytest

from drills.replication_faults import (
    StillThere,
    dead_records_kept,
    delete_against_stale_writes,
    plant_doomed,
    stay_deleted,
    write_poison,
)
from drills.running import under_way
from tests.drills.staged import staged


def test_poison_is_too_large_for_a_stamp_and_no_fault_of_a_region(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        write_poison(2)
    assert stage.operator.stored.written == [
        ("primary", "poison/0", "404942 bytes"),
        ("primary", "poison/1", "404942 bytes"),
    ]
    assert stage.regions.done == []


@pytest.mark.parametrize("dead", [0, 4, 6])
def test_fewer_or_more_dead_records_than_poison_are_told(tmp_path: Path, dead: int) -> None:
    stage = staged(tmp_path)
    stage.operator.stored.dead = dead
    with under_way(stage.drill), pytest.raises(StillThere, match=f"{dead} dead records, not 5"):
        dead_records_kept(5, within_seconds=2)


def test_as_many_dead_records_as_poison_are_well(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    stage.operator.stored.dead = 5
    with under_way(stage.drill):
        assert dead_records_kept(5, within_seconds=2)


def test_the_doomed_are_changed_in_the_epoch_before_and_deleted_in_the_one_that_is(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        plant_doomed(1)
        delete_against_stale_writes(1)
    assert stage.operator.stored.written == [
        ("primary", "put", "doomed/0", "epoch 1"),
        ("primary", "put", "doomed/0", "epoch 0"),
        ("secondary", "delete", "doomed/0", "epoch 1"),
    ]


def test_what_comes_back_is_told_by_its_key(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        assert stay_deleted(3, within_seconds=2)
        stage.operator.stored.living.append("doomed/2")
        with pytest.raises(StillThere, match="doomed/2"):
            stay_deleted(3, within_seconds=2)
