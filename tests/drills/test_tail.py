from pathlib import Path

from drills.recorder import Operation
from drills.tail import Tail
from tests.drills import recorded

OPERATIONS = recorded.operations()[:3]


def test_each_whole_line_is_handed_on_once_in_order(tmp_path: Path) -> None:
    log, seen = tmp_path / "load.jsonl", list[Operation]()
    tail = Tail(log, seen.append)
    tail.read()
    with log.open("a") as file:
        for operation in OPERATIONS:
            file.write(operation.to_json() + "\n")
            file.flush()
            tail.read()
    tail.read()
    assert seen == OPERATIONS


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    log, seen = tmp_path / "load.jsonl", list[Operation]()
    tail, line = Tail(log, seen.append), OPERATIONS[0].to_json() + "\n"
    for part in (line[:20], line[20:]):
        with log.open("a") as file:
            file.write(part)
        tail.read()
    assert seen == OPERATIONS[:1]


def test_what_was_written_last_is_read_before_the_end(tmp_path: Path) -> None:
    log, seen = tmp_path / "load.jsonl", list[Operation]()
    with Tail(log, seen.append):
        log.write_text(OPERATIONS[0].to_json() + "\n")
    assert seen == OPERATIONS[:1]
