"""An experiment's file: what Chaos Toolkit runs, and the limits that its result must keep.

What all experiments have (controls, steady state, rollbacks) and the stages that several share stand in `stages.yaml`;
a method names a shared stage by its name alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from chaoslib.types import Experiment as Declared

from drills import thresholds
from drills.load_spec import Mode
from drills.thresholds import Threshold

FOLDER = Path(__file__).parent / "experiments"
STAGES = Path(__file__).parent / "stages.yaml"
EXTENSION = "lifeboat"
# Both sites write `mrsc` tables at once, which DynamoDB orders.
RULED = ("max_writers_per_epoch", "overlapping_writers_seconds")


class UnknownExperiment(Exception):
    """There is no experiment, fault or stage of that name; the message lists those that there are."""


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment with the fault that this run injects.

    ``mode`` is how tables are replicated in it, None for as the stack's file says; ``load`` is what its clients do
    otherwise than usual.
    """

    name: str
    tier: str
    fault: str
    declared: Declared
    thresholds: tuple[Threshold, ...]
    mode: Mode | None = None
    load: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the experiment is about, in a few words."""
        return str(self.declared["title"])

    @property
    def description(self) -> str:
        """What happens in the experiment and what it must show."""
        return str(self.declared["description"])


def names() -> tuple[str, ...]:
    """Return the experiments that there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def faults(name: str) -> tuple[str, ...]:
    """Return the faults that an experiment can be run with, its own first."""
    return tuple(_extension(_read(name))["faults"])


def load(name: str, fault: str | None = None, mode: Mode | None = None) -> Experiment:
    """Read an experiment; ``fault`` replaces its own, which is the first of its list, and ``mode`` that of its tables.

    Raises:
        UnknownExperiment: no such file, fault or stage.
        ThresholdError: a limit cannot be understood.
    """
    declared = _read(name)
    extension = _extension(declared)
    chosen = fault or next(iter(extension["faults"]))
    if chosen not in extension["faults"]:
        raise UnknownExperiment(f"{name} has no fault {chosen!r}; it has {', '.join(extension['faults'])}")
    declared["configuration"] = {"fault": chosen}
    return Experiment(
        name=name,
        tier=extension["tier"],
        fault=chosen,
        declared=declared,
        thresholds=tuple(one for one in _limits(extension, chosen) if mode != "mrsc" or one.figure not in RULED),
        mode=mode or extension.get("mode"),
        load=extension.get("load", {}),
    )


def _read(name: str) -> Declared:
    """Return the file with what all experiments have, and with the stages that its method names."""
    if name not in names():
        raise UnknownExperiment(f"no experiment {name!r}; there are {', '.join(names())}")
    shared = yaml.load(STAGES.read_bytes(), Loader=yaml.CSafeLoader)
    own = yaml.load((FOLDER / f"{name}.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return {**shared["every experiment"], **own, "method": list(_method(own["method"], shared["stages"]))}


def _method(method: Sequence[Any], stages: Mapping[str, Any]) -> Iterator[Any]:
    for stage in method:
        if isinstance(stage, str) and stage not in stages:
            raise UnknownExperiment(f"no shared stage {stage!r}; there are {', '.join(sorted(stages))}")
        yield {"name": stage, **stages[stage]} if isinstance(stage, str) else stage


def _limits(extension: Mapping[str, Any], fault: str) -> Iterator[Threshold]:
    """Return the limits that hold under a fault: its own say otherwise, and null takes one away."""
    limits = {**extension["thresholds"], **(extension["faults"][fault] or {})}
    return iter(thresholds.read({figure: limit for figure, limit in limits.items() if limit is not None}))


def _extension(declared: Declared) -> Mapping[str, Any]:
    """Return our part of the file; Chaos Toolkit passes over what `extensions` hold."""
    found = [one for one in declared.get("extensions", []) if one["name"] == EXTENSION]
    if len(found) != 1:
        raise thresholds.ThresholdError(f"the experiment needs one extension named {EXTENSION}")
    return dict(found[0])
