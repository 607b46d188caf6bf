"""A copy of the program elsewhere, as another clone of this repository would have it."""

import shutil
from pathlib import Path

from evaluation import ROOT

PROGRAM = (
    "__main__.py",
    "requirements.txt",
    "stacks",
    "infra",
    "evaluation",
    "failover",
    "lambdas",
    "nodes",
    "ops",
    "policy",
)
CACHES = shutil.ignore_patterns("__pycache__")


def clone(place: Path) -> Path:
    """Copy what the program, the command line and the rules consist of, and the stack files."""
    place.mkdir(parents=True)
    for name in (*PROGRAM, *(path.name for path in ROOT.glob("Pulumi*.yaml"))):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=CACHES)
        else:
            shutil.copyfile(ROOT / name, place / name)
    return place
