"""A person at a terminal who types a runbook's commands as they stand."""

import io
import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.testing

from ops.__main__ import app
from tests.cloud.stage import Stage


class Terminal(io.BytesIO):
    """What is typed, and where: whoever asks is answered."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a command ended, and all that it printed."""

    code: int
    output: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """Has the stack's saved outputs, credentials near the control plane's home, a directory, and no Pulumi."""

    environment: pytest.MonkeyPatch
    folder: Path

    @classmethod
    def near(cls, stage: Stage, folder: Path, environment: pytest.MonkeyPatch) -> "Person":
        """Sit down at a machine that is set up for this stack."""
        outputs = folder / "outputs.json"
        outputs.write_text(json.dumps(dict(stage.outputs)))
        named = {"AWS_ENDPOINT_URL": stage.cloud.endpoint, "AWS_ACCESS_KEY_ID": "operator.us-east-2.person.0"}
        named |= {"AWS_SECRET_ACCESS_KEY": "embedded", "LIFEBOAT_OUTPUTS": str(outputs)}
        for name, value in {**named, "PATH": str(folder), "PWD": str(folder)}.items():
            environment.setenv(name, value)
        environment.chdir(folder)
        environment.setattr(typer.testing, "make_input_stream", lambda typed, _charset: Terminal(typed))
        return cls(environment=environment, folder=folder)

    def forget_the_outputs(self) -> None:
        """Have no file of outputs at hand."""
        self.environment.delenv("LIFEBOAT_OUTPUTS")

    def does(self, command: str, typed: str = "") -> Said:
        """Run a command as a shell would: ours, with its output kept in a file if it says so, or one of the shell's."""
        first, _, then = command.partition(" && ")
        said = self._runs(first, typed)
        return self.does(then, typed) if then and said.code == 0 else said

    def _runs(self, command: str, typed: str) -> Said:
        line, _, kept_in = command.partition(" > ")
        program, *words = shlex.split(os.path.expandvars(line))
        if program in ("export", "unset", "mv"):
            getattr(self, f"_{program}")(*words)
            return Said(code=0, output="")
        assert program == "lifeboat", f"nobody here can run {command!r}"
        ended = typer.testing.CliRunner().invoke(app, words, input=typed.encode(), catch_exceptions=False)
        if kept_in:
            (self.folder / kept_in).write_text(ended.stdout)
        return Said(code=ended.exit_code, output=ended.output)

    def _export(self, *settings: str) -> None:
        for one in settings:
            self.environment.setenv(*one.split("=", maxsplit=1))

    def _unset(self, *names: str) -> None:
        for name in names:
            self.environment.delenv(name, raising=False)

    def _mv(self, source: str, target: str) -> None:
        (self.folder / source).replace(self.folder / target)
