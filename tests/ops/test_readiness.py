"""What `lifeboat readiness` needs before it looks."""

import json
from pathlib import Path

from typer.testing import CliRunner

from ops.__main__ import app
from tests.ops.test_deployed import OUTPUTS


def test_outputs_from_before_there_was_an_inventory_are_refused_with_what_to_do(tmp_path: Path) -> None:
    saved = tmp_path / "outputs.json"
    saved.write_text(json.dumps({"lifeboat": OUTPUTS}))
    told = CliRunner().invoke(app, ["readiness", "--stack", "prod", "--outputs", str(saved)])
    assert (told.exit_code, told.stdout) == (1, "")
    assert "inventory; save them again after `pulumi up`" in told.stderr
