"""`python -m policy` says what breaks a rule, and stops whoever wanted to deploy it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation import ROOT, Evaluation
from policy.__main__ import app
from policy.judgement import judge
from policy.rules import RULES

PROGRAM = ("evaluation", "failover", "infra", "lambdas", "nodes", "policy", "stacks", "__main__.py", "requirements.txt")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the program whose production does not protect its data."""
    copy = tmp_path_factory.mktemp("careless")
    for name in (*PROGRAM, "Pulumi.yaml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    settings = (ROOT / "Pulumi.prod.yaml").read_text()
    (copy / "Pulumi.prod.yaml").write_text(settings.replace("protectData: true", "protectData: false"))
    return copy


def test_stacks_that_break_nothing_are_let_through_with_what_was_waived() -> None:
    code, out, _ = run("-s", "prod", "-s", "local")
    assert code == 0
    assert [line.partition(", ")[0] for line in out.splitlines()] == [
        f"prod: {len(RULES)} rules",
        f"local: {len(RULES)} rules",
    ]


def test_json_gives_each_waived_finding_with_its_reason(prod: Evaluation) -> None:
    code, out, _ = run("--stack", "prod", "--json")
    told = json.loads(out)["prod"]
    assert (code, told["violations"]) == (0, [])
    assert {one["reason"] for one in told["waived"]} == {
        waiver.reason for _, waiver in judge(prod.registrations).waived
    }


def test_a_broken_mandatory_rule_is_told_in_a_line_and_ends_with_1(careless: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "policy", "-s", "prod"], cwd=careless, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1, ran.stderr
    lines = [line for line in ran.stdout.splitlines() if "orders-aws-us-east-1: is not protected; set protect" in line]
    assert len(lines) == 1
    assert lines[0].startswith("prod: mandatory unprotected-data: ")


def test_a_stack_that_does_not_exist_is_refused_with_those_there_are() -> None:
    code, out, err = run("-s", "prd")
    assert (code, out) == (1, "")
    assert "stacks are local, prod, staging" in err


def test_no_stack_at_all_is_a_usage_error() -> None:
    assert run()[0] == 2
