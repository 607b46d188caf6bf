"""A line of the log has the facts, and stays one line."""

import json
import logging

from nodes.app.log_lines import JsonLine


def test_what_was_given_as_extra_is_in_the_line() -> None:
    said = {"msg": "event\nset aside", "levelname": "ERROR", "reason": "no order", "attempts": 5}
    record = logging.makeLogRecord(said)
    line = JsonLine().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["level"], told["reason"], told["attempts"]) == (
        "event\nset aside",
        "ERROR",
        "no order",
        "5",
    )
