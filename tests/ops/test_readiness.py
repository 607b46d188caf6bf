"""What `lifeboat readiness` needs before it looks."""

import json
from pathlib import Path

from typer.testing import CliRunner

from evaluation import Evaluation
from ops.__main__ import app


def test_outputs_from_before_there_was_an_inventory_are_refused_with_what_to_do(
    prod: Evaluation, tmp_path: Path
) -> None:
    told = json.loads(json.dumps(prod.outputs["lifeboat"]))
    saved = tmp_path / "outputs.json"
    saved.write_text(json.dumps({"lifeboat": {name: told[name] for name in told if name != "inventory"}}))
    ended = CliRunner().invoke(app, ["readiness", "--stack", "prod", "--outputs", str(saved)])
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "of an inventory; next: pulumi up, then lifeboat outputs -s prod --save" in ended.stderr
