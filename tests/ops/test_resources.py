"""`lifeboat resources` lists what the program declares, and no secret."""

import json
import subprocess
from pathlib import Path

from typer.testing import CliRunner

from evaluation import ROOT, Archive, Evaluation, Registration
from ops.__main__ import app
from ops.resources import described

FIELDS = {"urn", "type", "name", "parent", "region", "dependencies", "inputs"}


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["resources", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_json_has_every_resource_with_its_fields() -> None:
    code, out, _ = run("-s", "staging", "--json", "--preview")
    listed = json.loads(out)["resources"]
    assert code == 0
    assert len(listed) > 100
    assert all(set(one) == FIELDS for one in listed)


def test_people_get_a_table_with_regions(prod: Evaluation) -> None:
    code, out, _ = run("--stack", "prod")
    assert code == 0
    assert f"prod: {len(prod.registrations)} resources" in out


def test_a_wrong_stack_is_refused_with_those_there_are() -> None:
    code, out, err = run("-s", "prd")
    assert (code, out) == (1, "")
    assert "stacks are local, prod, staging" in err


def test_a_missing_option_is_a_usage_error() -> None:
    assert run()[0] == 2


def registration(**inputs: object) -> Registration:
    return Registration(
        urn="urn",
        type="aws:lambda/function:Function",
        name="function",
        parent="",
        provider="",
        region="us-east-1",
        inputs=inputs,  # type: ignore[arg-type]
        secret_paths=("token", "environment.variables", "keys.1"),
        dependencies=(),
        property_dependencies={},
        protect=False,
        ignore_changes=(),
        retain_on_delete=False,
        custom=True,
    )


def test_secrets_at_any_depth_are_not_shown() -> None:
    one = registration(token="x", environment={"variables": {"A": "x"}, "b": "y"}, keys=["y", "x"])
    assert described(one)["inputs"] == {
        "token": "[secret]",
        "environment": {"variables": "[secret]", "b": "y"},
        "keys": ["y", "[secret]"],
    }


def test_an_archive_is_shown_by_its_files_and_hash() -> None:
    code = described(registration(code=Archive(files=(("__main__.py", "__main__.py"),))))["inputs"]
    assert isinstance(code, dict)
    assert isinstance(code["code"], dict)
    assert code["code"]["files"] == ["__main__.py"]
    assert len(str(code["code"]["sha256"])) == 64


def test_the_command_runs_from_any_directory(tmp_path: Path) -> None:
    ran = subprocess.run([ROOT / "lifeboat", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "resources" in ran.stdout
