"""docs/client.md tells of every error that the client library has, and of every operation."""

import inspect
import re
from types import ModuleType

import pytest

from evaluation import ROOT
from failover import (
    acknowledgement,
    batches,
    call_failed,
    outbox,
    queued_table,
    read_answers,
    request_text,
    table_reads,
    write_grants,
)
from failover.regional_table import RegionalTable, TableOptions

MODULES = (
    acknowledgement,
    batches,
    call_failed,
    outbox,
    queued_table,
    read_answers,
    request_text,
    table_reads,
    write_grants,
)
PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
ERRORS = PAGE.partition("## Errors")[2].partition("\n## ")[0]


def raised_by(module: ModuleType) -> set[str]:
    classes = inspect.getmembers(module, inspect.isclass)
    return {name for name, kind in classes if issubclass(kind, Exception) and kind.__module__ == module.__name__}


def told() -> dict[str, list[str]]:
    rows = re.findall(r"^\| `([\w.]+)` \|(.*)\|$", ERRORS, re.MULTILINE)
    return {name: [cell.strip() for cell in rest.split("|")] for name, rest in rows}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_error_has_its_row(module: ModuleType) -> None:
    assert raised_by(module) <= set(told())


def test_every_row_says_what_was_sent_whether_it_may_have_landed_and_what_next() -> None:
    assert {len([cell for cell in cells if cell]) for cells in told().values()} == {3}


@pytest.mark.parametrize("name", ["Unreachable", "RegionResting", "Throttled", "WriteConflict", "StillRunning"])
def test_the_page_and_the_class_agree_on_whether_it_may_have_landed(name: str) -> None:
    assert told()[name][1].startswith("yes") == getattr(call_failed, name).may_have_landed


def test_every_operation_and_option_is_told() -> None:
    operations = {name for name, _ in inspect.getmembers(RegionalTable, inspect.isfunction) if not name.startswith("_")}
    assert {name for name in operations | set(TableOptions.__dataclass_fields__) if f"`{name}" not in PAGE} == set()
