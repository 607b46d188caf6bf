"""The load's log survives its writer."""

from pathlib import Path

import pytest

from drills.recorder import Operation, Recorder, read_operations

DONE = Operation(
    at=1.0, ended=1.5, client="primary-1", site="primary", op="insert", key="k", value="v", outcome="acknowledged"
)


def test_what_was_written_is_read_back_in_the_order_in_which_it_ended(tmp_path: Path) -> None:
    later = Operation.from_json(DONE.to_json().replace("1.5", "2.5"))
    with Recorder(tmp_path / "logs" / "load.jsonl") as recorder:
        recorder.write(later)
        recorder.write(DONE)
    assert read_operations(tmp_path / "logs" / "load.jsonl") == (DONE, later)


def test_a_line_reaches_the_file_before_the_recorder_is_closed(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "load.jsonl")
    recorder.write(DONE)
    assert read_operations(tmp_path / "load.jsonl") == (DONE,)
    recorder.close()


def test_a_last_line_cut_short_is_left_out(tmp_path: Path) -> None:
    log = tmp_path / "load.jsonl"
    log.write_text(DONE.to_json() + "\n" + DONE.to_json()[:40])
    assert read_operations(log) == (DONE,)


def test_a_whole_line_of_anything_else_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "load.jsonl"
    log.write_text('{"at": 1}\n')
    with pytest.raises(TypeError):
        read_operations(log)
