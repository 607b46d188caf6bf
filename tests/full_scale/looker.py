"""The look at a stack's readiness, as people and as the schedule take it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from ops.__main__ import app
from tests.cloud.stage import Stage

FUNCTION = "lifeboat-local-readiness"


@dataclass(frozen=True, kw_only=True)
class Looker:
    """Takes looks at a stage, by the command line or by the deployed function."""

    stage: Stage
    outputs: Path

    def look(self) -> tuple[int, dict[str, Any]]:
        """Run `lifeboat readiness`; return its exit code and what it said."""
        told = CliRunner().invoke(app, ["readiness", "-s", "local", "--outputs", str(self.outputs), "--json"])
        assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
        assert told.stdout, told.stderr
        return told.exit_code, json.loads(told.stdout)

    def read(self, *options: str) -> str:
        """Run `lifeboat readiness` as a person does, in a wide window."""
        arguments = ["readiness", "-s", "local", "--outputs", str(self.outputs), *options]
        return str(CliRunner(env={"COLUMNS": "400"}).invoke(app, arguments).stdout)

    def named(self, *marks: str) -> set[tuple[str, str]]:
        """Return the checks that a look marks so, with where each is."""
        _, told = self.look()
        return {(one["check"], one["where"]) for one in told["checks"] if one["mark"] in marks}

    def invoke(self, region: str) -> dict[str, Any]:
        """Have a region's own function look; return its answer or its error."""
        answer = self.stage.client("lambda", region, 60.0).invoke(FunctionName=FUNCTION)
        return dict(json.loads(answer["Payload"].read()))
