"""The small program's workplace: its project, and the embedded cloud's Linode that it is deployed into."""

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from evaluation import ROOT
from localcloud.linode.account import OWNER
from tests.engine.workplace import BUILT, STACK, Workplace

# Not beside the engine: that is on PATH, and what is on PATH goes before what is installed.
PLUGIN = BUILT / "plugins" / "pulumi-resource-linode"
MISSING = "`pulumi-resource-linode` is not built here: run `make engine`"
PROJECT = """name: lifeboat
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: .venv
"""


@dataclass(frozen=True, kw_only=True)
class Place(Workplace):
    """Everything but the account is below ``root``; a copy of it is of the same account."""

    endpoint: str

    @classmethod
    def laid_out(cls, root: Path, engine: str, endpoint: str) -> "Place":
        """Lay out a new one, with the stack but nothing deployed."""
        place = cls(root=root, engine=engine, endpoint=endpoint)
        place.project.mkdir(parents=True)
        (root / "state").mkdir()
        (place.project / ".venv").symlink_to(ROOT / ".venv")
        (place.project / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
        program = Path(__file__).with_name("program.py").read_text(encoding="utf-8")
        (place.project / "__main__.py").write_text(program, encoding="utf-8")
        install_linode(place.root / "home")
        place.run("stack", "init", STACK)
        return place

    def environment(self) -> dict[str, str]:
        """Return what an operator would have set, with the account's token."""
        return {**super().environment(), "LINODE_TOKEN": OWNER, "LINODE_URL": self.endpoint}

    def things(self) -> dict[str, str]:
        """Return the things in the state by their URNs' last part: type and id."""
        made = (one for one in self.state() if one["custom"] and not one["type"].startswith("pulumi:"))
        return {one["urn"].rpartition("::")[2]: f"{one['type'].rpartition(':')[2]} {one['id']}" for one in made}


def install_linode(home: Path) -> None:
    """Put the plugin where the engine looks for the version that programs ask for."""
    folder = home / "plugins" / f"resource-linode-v{importlib.metadata.version('pulumi_linode')}"
    folder.mkdir(parents=True)
    (folder / PLUGIN.name).symlink_to(PLUGIN)
