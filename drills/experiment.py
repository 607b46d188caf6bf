"""An experiment's file: what Chaos Toolkit runs, and the limits that its result must keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaoslib.experiment import load_experiment
from chaoslib.types import Experiment as Declared

from drills import thresholds
from drills.thresholds import Threshold

FOLDER = Path(__file__).parent / "experiments"
EXTENSION = "lifeboat"


class UnknownExperiment(Exception):
    """There is no experiment of that name; the message lists those that there are."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment with the fault that this run injects."""

    name: str
    tier: str
    fault: str
    declared: Declared
    thresholds: tuple[Threshold, ...]

    @property
    def title(self) -> str:
        return str(self.declared["title"])

    @property
    def description(self) -> str:
        return str(self.declared["description"])


def names() -> tuple[str, ...]:
    """Return the experiments that there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(name: str, fault: str | None = None) -> Experiment:
    """Read an experiment; ``fault`` replaces the one in its configuration.

    Raises:
        UnknownExperiment: no such file.
        ThresholdError: a limit cannot be understood.
    """
    if name not in names():
        raise UnknownExperiment(f"no experiment {name!r}; there are {', '.join(names())}")
    declared = load_experiment(str(FOLDER / f"{name}.yaml"))
    configuration = declared["configuration"]
    configuration["fault"] = fault or configuration["fault"]
    extension = _extension(declared)
    return Experiment(
        name=name,
        tier=extension["tier"],
        fault=configuration["fault"],
        declared=declared,
        thresholds=tuple(_limits(extension, configuration["fault"])),
    )


def _limits(extension: Mapping[str, Any], fault: str) -> Iterator[Threshold]:
    exempt = extension.get("unlimited", {}).get(fault, [])
    return (one for one in thresholds.read(extension["thresholds"]) if one.figure not in exempt)


def _extension(declared: Declared) -> Mapping[str, Any]:
    """Return our part of the file; Chaos Toolkit passes over what `extensions` hold."""
    found = [one for one in declared.get("extensions", []) if one["name"] == EXTENSION]
    if len(found) != 1:
        raise thresholds.ThresholdError(f"the experiment needs one extension named {EXTENSION}")
    return dict(found[0])
