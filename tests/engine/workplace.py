"""One place to run the engine in: a clone, a state in files, a cloud in files, and the provider's plugin."""

import importlib.metadata
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import yaml

from evaluation import ROOT
from localcloud.linode.account import OWNER
from tests.clone import clone
from tests.engine.cloud import Cloud

BUILT = ROOT / ".local" / "engine"
# Not beside the engine: that is on PATH, and what is on PATH goes before what is installed.
LINODE = BUILT / "plugins" / "pulumi-resource-linode"
MISSING = "`pulumi`, on PATH or built here, or the plugin for Linode is missing: run `make engine`"
STACK = "prod"
SECONDS = 300


def engine() -> str | None:
    """Return the engine on PATH, or else the one that `make engine` built; None if it or a plugin is missing."""
    found = shutil.which("pulumi", path=f"{os.environ.get('PATH', '')}:{BUILT}")
    return found if LINODE.exists() else None


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Everything in it is below ``root``, so that a copy of the directory is a workplace of its own.

    All but Linode's account: ``linode`` is where the embedded cloud's is, the copies' too.
    """

    root: Path
    engine: str
    linode: str

    @classmethod
    def made(cls, root: Path, engine: str, linode: str) -> "Workplace":
        """Lay out a new one, with the stack but nothing deployed."""
        place = cls(root=root, engine=engine, linode=linode)
        clone(place.project)
        (place.project / ".venv").symlink_to(ROOT / ".venv")
        for folder in ("state", "cloud"):
            (root / folder).mkdir()
        place._install_provider()
        place.install_linode()
        place.run("stack", "init", STACK)
        return place

    def copied(self, root: Path) -> Self:
        """Return a copy that can be changed."""
        shutil.copytree(self.root, root, symlinks=True, dirs_exist_ok=True)
        return replace(self, root=root)

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
            "LIFEBOAT_TEST_LINODE": self.linode,
            "LINODE_EVENT_POLL_MS": "50",
            "LINODE_TOKEN": OWNER,
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

    def install_linode(self) -> None:
        """Put Linode's plugin where the engine looks for the version that programs ask for."""
        folder = self.root / "home" / "plugins" / f"resource-linode-v{importlib.metadata.version('pulumi_linode')}"
        folder.mkdir(parents=True)
        (folder / LINODE.name).symlink_to(LINODE)

    def _install_provider(self) -> None:
        """Put the plugin where the engine looks for the version that the program asks for."""
        folder = self.root / "home" / "plugins" / f"resource-aws-v{importlib.metadata.version('pulumi_aws')}"
        folder.mkdir(parents=True)
        plugin = folder / "pulumi-resource-aws"
        plugin.write_text(
            f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{ROOT}/.venv/bin/python" -m tests.engine.provider "$@"\n'
        )
        plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
