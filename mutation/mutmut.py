"""The tool: mutmut, in a copy of the code under out/, with packages of its own under .local/."""

import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from mutation.decisions import DECISIONS, TESTS, patterns

ROOT: Final = Path(__file__).parent.parent
PACKAGES: Final = ROOT / ".local" / "mutation"
WORK: Final = ROOT / "out" / "mutation"
COPIED: Final = ("failover", "lambdas", "mutation", "tests/failover")
PYTEST: Final = ("-p", "mutation.examples", "--confcutdir=tests/failover", "-p", "no:cacheprovider")


class NothingToChange(Exception):
    """What is named as deciding has no mutant."""


def try_every_mutant() -> None:
    """Make the copy anew and let each mutant meet its tests; minutes.

    Raises:
        subprocess.CalledProcessError: the tests fail without any mutant, or mutmut does.
    """
    shutil.rmtree(WORK, ignore_errors=True)
    for name in COPIED:
        shutil.copytree(ROOT / name, WORK / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "pyproject.toml", WORK)
    with (WORK / "setup.cfg").open("w") as file:
        _configuration().write(file)
    # One process: the tests of clocks and timeouts would feel each other.
    _mutmut("run", "--max-children", "1", *patterns())


def statuses() -> Mapping[str, str]:
    """Return what became of each mutant that was asked for, by its name.

    Raises:
        NothingToChange: what is named as deciding is not there any more.
    """
    return statuses_of(_mutmut("results", "--all", "true", told=True), patterns())


def statuses_of(listing: str, wanted: Iterable[str]) -> Mapping[str, str]:
    """Read mutmut's list of mutants, and keep those that are wanted."""
    named = [line.strip().rpartition(": ") for line in listing.splitlines() if ": " in line]
    found: dict[str, str] = {}
    for pattern in wanted:
        matching = {name: status for name, _, status in named if fnmatchcase(name, pattern)}
        if not matching:
            raise NothingToChange(f"no mutant is called {pattern}; put mutation/decisions.py right")
        found |= matching
    return found


def difference(mutant: str) -> str:
    """Return a mutant as a unified diff."""
    return _mutmut("show", mutant, told=True)


def _mutmut(*arguments: str, told: bool = False) -> str:
    command = [sys.executable, str(PACKAGES / "bin" / "mutmut"), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}
    done = subprocess.run(
        command, cwd=WORK, env=environment, check=True, text=True, stdout=subprocess.PIPE if told else None
    )
    return done.stdout or ""


def _configuration() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config["mutmut"] = {
        "source_paths": "failover",
        "only_mutate": _lines(f"failover/{module}.py" for module in DECISIONS),
        "also_copy": _lines(COPIED),
        "pytest_add_cli_args": _lines(PYTEST),
        "pytest_add_cli_args_test_selection": _lines(f"tests/failover/{name}.py" for name in TESTS),
        "track_dependencies": "false",
        "use_setproctitle": "false",
    }
    return config


def _lines(values: Iterable[str]) -> str:
    return "\n".join(["", *values])
