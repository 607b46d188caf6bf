"""The small program's workplace: a project of its own instead of the clone."""

from pathlib import Path

from evaluation import ROOT
from tests.engine.workplace import STACK, Workplace

PROJECT = """name: lifeboat
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: .venv
"""


class Place(Workplace):
    """The workplace of a program that has nothing at AWS."""

    @classmethod
    def laid_out(cls, root: Path, engine: str, linode: str) -> "Place":
        """Lay out a new one, with the stack but nothing deployed."""
        place = cls(root=root, engine=engine, linode=linode)
        place.project.mkdir(parents=True)
        (root / "state").mkdir()
        (place.project / ".venv").symlink_to(ROOT / ".venv")
        (place.project / "Pulumi.yaml").write_text(PROJECT, encoding="utf-8")
        program = Path(__file__).with_name("program.py").read_text(encoding="utf-8")
        (place.project / "__main__.py").write_text(program, encoding="utf-8")
        place.install_linode()
        place.run("stack", "init", STACK)
        return place
