from pathlib import Path

from rich.console import Console

from drills import experiment, verdict
from drills.run import summary
from drills.verdict import Verdict
from tests.drills.test_verdict import left_behind


def reached(folder: Path, name: str) -> Verdict:
    return verdict.reach(experiment.load(name), left_behind(folder), seed=1, wall_seconds=70)


def test_the_table_at_the_end_has_a_line_for_each_drill_and_says_why_one_failed(tmp_path: Path) -> None:
    told = summary([reached(tmp_path, "data-region-outage"), reached(tmp_path, "observer-lies")])
    console = Console(width=400, record=True)
    console.print(told)
    text = console.export_text()
    assert told.row_count == 2
    assert "1 of 2 drills passed" in text
    assert "moves is 2, expected at most 0" in text
