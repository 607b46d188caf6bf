"""`lifeboat forecast` prints one document or tables, and refuses what it cannot read."""

import functools
import json

import pytest
from typer.testing import CliRunner

from evaluation import ROOT
from ops.__main__ import app
from ops.forecasting import per_table

TABLES = ("orders", "sessions")
PROD_UNDER_LOAD = ("-s", "prod", "--json", "--writes-per-second", "orders=2", "--clients", "3")


@functools.cache
def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["forecast", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_json_is_one_document_whose_lines_add_up() -> None:
    code, out, _ = run(*PROD_UNDER_LOAD)
    told = json.loads(out)
    assert code == 0
    sums = {part: sum(line["usd"] for line in told["items"] if line["part"] == part) for part in parts(told)}
    assert sums["control plane"] == pytest.approx(told["control_plane"]["usd"])
    assert sums["application"] == pytest.approx(told["application"]["usd"])
    assert all(line["why"] and line["price"]["source"].startswith("https://") for line in told["items"])
    steps = told["recovery_time"]["steps"]
    assert sum(step["seconds"] for step in steps) == told["recovery_time"]["seconds"] == 19


def parts(told: dict[str, list[dict[str, str]]]) -> set[str]:
    return {line["part"] for line in told["items"]}


def test_people_get_the_total_beside_the_goal_and_the_seconds_beside_the_budget() -> None:
    code, out, _ = run("--stack", "prod")
    assert code == 0
    assert "within the goal of $70" in out
    assert "RTO 19 s, within the budget of 20 s" in out
    assert "RPO 11 s at most" in out
    assert "application under the given load" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-s", "prd"), "stacks are local, prod, staging"),
        (("-s", "prod", "--gigabytes", "baskets=1"), "no table 'baskets'; this stack declares orders, sessions"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert err.startswith("refused: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([], {}),
        (["3"], {"orders": 3, "sessions": 3}),
        (["orders=2.5"], {"orders": 2.5}),
        (["3", "orders=0"], {"orders": 0, "sessions": 3}),
        (["orders=1", "orders=2"], {"orders": 2}),
    ],
)
def test_a_number_is_for_one_table_or_for_all(given: list[str], read: dict[str, float]) -> None:
    assert per_table(given, TABLES) == read


@pytest.mark.parametrize(
    ("given", "said"), [("orders=many", "not N or TABLE=N"), ("-1", "zero or more"), ("orders=nan", "zero or more")]
)
def test_what_is_no_number_of_a_table_is_refused(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        per_table([given], TABLES)


def test_the_documentation_says_what_production_costs_today() -> None:
    _, out, _ = run(*PROD_UNDER_LOAD)
    today = f"**${json.loads(out)['control_plane']['usd']:.2f} a month**"
    assert today in (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8")
