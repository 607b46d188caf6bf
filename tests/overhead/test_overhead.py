"""The figures of what a table adds to a call are figures of calls that were made."""

from pathlib import Path

import pytest

from tests.overhead.__main__ import measure, told


def test_a_short_run_times_every_call_and_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "put back afterwards")
    taken = measure(3, tmp_path, warm_up=1)
    assert {len(values) for values in taken.values()} == {3}
    assert min(min(values) for values in taken.values()) > 0
    lines = list(told({"get_item: bare boto3": [2.0, 2.0, 2.0], "get_item: table": [2.1, 2.1, 2.1]}))
    assert lines[2].split() == ["get_item:", "table", "2.100", "2.100", "0.100", "5.0%"]
