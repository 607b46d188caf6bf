"""What the verbs read of a stack before they reach for any cloud; a wrong word is answered in one line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from failover.protocol import Protocol
from ops.__main__ import app

OUTPUTS = {
    "schema": 1,
    "controlTable": "lifeboat-prod-control",
    "controlRegions": ["us-east-1", "us-east-2", "us-west-2"],
    "orchestratorFunctions": {"us-east-1": "lifeboat-prod-failover-orchestrator"},
    "protocol": Protocol().to_json(),
}


@pytest.mark.parametrize("verb", ["status", "journal", "arm", "failover"])
def test_a_tier_that_the_stack_does_not_have_is_refused_with_those_it_has(tmp_path: Path, verb: str) -> None:
    saved = tmp_path / "outputs.json"
    saved.write_text(json.dumps({"lifeboat": OUTPUTS}))
    told = CliRunner().invoke(app, [verb, "--stack", "prod", "--outputs", str(saved), "--tier", "app"])
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "refused: tier 'app' is not of this stack; it has data\n"


@pytest.mark.parametrize("text", ["{}", '{"lifeboat": {"schema": 2}}', "not JSON"])
def test_outputs_of_another_kind_are_refused(tmp_path: Path, text: str) -> None:
    saved = tmp_path / "outputs.json"
    saved.write_text(text)
    told = CliRunner().invoke(app, ["status", "--stack", "prod", "--outputs", str(saved)])
    assert told.exit_code == 1
    assert told.stderr.startswith("refused: ")
