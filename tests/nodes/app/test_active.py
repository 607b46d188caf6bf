"""The agent's file: what is said is understood, and what is not said lets nobody write."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nodes.app.active import Active, ActiveUnknown, read_active
from nodes.app.database import NoWriter, writer_of

ACTIVE = Active(
    tier="app",
    epoch=3,
    term=5,
    site="secondary",
    role="writer",
    writer="10.0.0.2:5432",
    written_at=datetime(2026, 5, 1, tzinfo=UTC),
)


def written(folder: Path, **changes: object) -> Path:
    path = folder / "active.json"
    path.write_text(json.dumps({**json.loads(ACTIVE.to_json()), **changes}))
    return path


def test_what_an_agent_writes_is_read_as_it_was(tmp_path: Path) -> None:
    assert read_active(written(tmp_path)) == ACTIVE


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"role": "boss"},
        {"site": "us-east"},
        {"epoch": -1},
        {"epoch": True},
        {"term": "5"},
        {"written_at": "2026-05-01T00:00:00"},
    ],
)
def test_what_is_not_of_the_schema_is_not_believed(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(ActiveUnknown):
        read_active(written(tmp_path, **change))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", "[" * 100_000])
def test_what_is_no_such_object_is_not_believed(tmp_path: Path, text: str) -> None:
    (tmp_path / "active.json").write_text(text)
    with pytest.raises(ActiveUnknown):
        read_active(tmp_path / "active.json")


@pytest.mark.parametrize(
    "change", [{"role": "reader"}, {"role": "fenced"}, {"writer": None}, {"writer": "nowhere"}, {"schema": 0}]
)
def test_nobody_writes_unless_all_is_said(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(NoWriter):
        writer_of(written(tmp_path, **change))


def test_nobody_writes_before_the_agent_has_written(tmp_path: Path) -> None:
    with pytest.raises(NoWriter):
        writer_of(tmp_path / "active.json")


@pytest.mark.parametrize(("writer", "host"), [("10.0.0.2:5432", "10.0.0.2"), ("[fd00::2]:5432", "fd00::2")])
def test_the_writer_is_where_the_agent_says(tmp_path: Path, writer: str, host: str) -> None:
    assert writer_of(written(tmp_path, writer=writer)) == (host, 5432)
