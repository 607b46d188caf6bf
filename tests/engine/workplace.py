"""One place to run the engine in: a clone, a state in files, a cloud in files, and the provider's plugin."""

import importlib.metadata
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaluation import ROOT
from tests.clone import clone
from tests.engine.cloud import Cloud

BUILT = ROOT / ".local" / "engine"
MISSING = "`pulumi` is neither on PATH nor built here: run `make engine`"
STACK = "prod"
SECONDS = 300


def engine() -> str | None:
    """Return the engine on PATH, or else the one that `make engine` built."""
    return shutil.which("pulumi", path=f"{os.environ.get('PATH', '')}:{BUILT}")


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Everything in it is below ``root``, so that a copy of the directory is a workplace of its own."""

    root: Path
    engine: str

    @classmethod
    def made(cls, root: Path, engine: str) -> "Workplace":
        """Lay out a new one, with the stack but nothing deployed."""
        place = cls(root=root, engine=engine)
        clone(place.project)
        (place.project / ".venv").symlink_to(ROOT / ".venv")
        for folder in ("state", "cloud"):
            (root / folder).mkdir()
        place._install_provider()
        place.run("stack", "init", STACK)
        return place

    def copied(self, root: Path) -> "Workplace":
        """Return a copy that can be changed."""
        shutil.copytree(self.root, root, symlinks=True, dirs_exist_ok=True)
        return Workplace(root=root, engine=self.engine)

    @property
    def project(self) -> Path:
        """The clone."""
        return self.root / "project"

    @property
    def pack(self) -> Path:
        """The rules, in the clone."""
        return self.project / "policy" / "crossguard"

    @property
    def cloud(self) -> Cloud:
        """What exists."""
        return Cloud(self.root / "cloud")

    def environment(self) -> dict[str, str]:
        """Return the variables that an operator would have set, and nothing of this process's but its PATH."""
        return {
            "PATH": f"{Path(self.engine).parent}:{os.environ['PATH']}",
            "HOME": str(self.root),
            "PULUMI_HOME": str(self.root / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.root / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "LIFEBOAT_TEST_CLOUD": str(self.root / "cloud"),
        }

    def run(self, *arguments: str, fails: bool = False, told: Mapping[str, str] | None = None) -> str:
        """Run the engine and return what it prints on both outputs; it must fail, or must not."""
        ended = subprocess.run(
            [self.engine, *arguments, "--non-interactive", "--color=never"],
            cwd=self.project,
            env={**self.environment(), **(told or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert (ended.returncode != 0) is fails, ended.stdout
        return ended.stdout

    def up(self, *arguments: str) -> str:
        """Deploy."""
        return self.run("up", "--yes", "--skip-preview", f"--stack={STACK}", *arguments)

    def preview(self, *arguments: str, fails: bool = False) -> str:
        """Preview."""
        return self.run("preview", f"--stack={STACK}", *arguments, fails=fails)

    def configure(self, values: Mapping[str, object]) -> None:
        """Set keys of the stack file; None takes one away."""
        path = self.project / f"Pulumi.{STACK}.yaml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        config = {**document["config"], **{f"lifeboat:{key}": value for key, value in values.items()}}
        document["config"] = {key: value for key, value in config.items() if value is not None}
        path.write_text(yaml.safe_dump(document), encoding="utf-8")

    def state(self) -> list[dict[str, Any]]:
        """Return the resources that the engine keeps."""
        [file] = (self.root / "state").rglob(f"stacks/**/{STACK}.json")
        found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["checkpoint"]["latest"]["resources"]
        return found

    def _install_provider(self) -> None:
        """Put the plugin where the engine looks for the version that the program asks for."""
        folder = self.root / "home" / "plugins" / f"resource-aws-v{importlib.metadata.version('pulumi_aws')}"
        folder.mkdir(parents=True)
        plugin = folder / "pulumi-resource-aws"
        plugin.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{ROOT}/.venv/bin/python" -m tests.engine.provider "$@"\n'
        )
        plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
