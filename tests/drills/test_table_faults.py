from collections.abc import Callable
from pathlib import Path

import pytest

from drills import table_faults
from drills.actions import UnknownFault
from drills.running import under_way
from tests.drills.staged import Staged, staged


def hurt(stage: Staged) -> set[tuple[str | None, str | None, str]]:
    return {(fault.region, fault.table, fault.effect) for fault in stage.faults.standing}


@pytest.mark.parametrize(
    ("act", "effect"),
    [(table_faults.silence_primary_tables, "blackhole"), (table_faults.throttle_primary_tables, "throttle")],
)
def test_every_table_of_the_primary_is_hurt_and_nothing_else_there(
    tmp_path: Path, act: Callable[[], str], effect: str
) -> None:
    stage = staged(tmp_path)
    with under_way(stage.drill):
        act()
    assert hurt(stage) == {("us-east-1", table, effect) for table in ("orders", "canary")}
    assert {fault.service for fault in stage.faults.standing} == {"dynamodb"}
    assert stage.regions.done == []


def test_both_sites_lose_their_tables_or_their_regions(tmp_path: Path) -> None:
    tables, dark = staged(tmp_path / "tables"), staged(tmp_path / "dark")
    for stage, fault in ((tables, "tables"), (dark, "dark")):
        with under_way(stage.drill):
            table_faults.lose_both_sites(fault)
    assert {fault.region for fault in tables.faults.standing} == {"us-east-1", "us-west-2"}
    assert {done[1] for done in dark.regions.done} == {"us-east-1", "us-west-2"}
    with under_way(tables.drill), pytest.raises(UnknownFault, match="tables, dark"):
        table_faults.lose_both_sites("meteor")
