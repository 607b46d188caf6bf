"""From a drill's evidence to what people get: pass or fail, `result.json` and `report.html`."""

import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from drills import report
from drills.accounting import Fate, Figures, Listed
from drills.drill import Taken
from drills.events import Event, injected_at, ordered_at
from drills.experiment import Experiment
from drills.frame import Moment
from drills.history import epochs, verified_at
from drills.lanes import Stretch, steps
from drills.picture import Scene
from drills.result import Result, Setting, Step
from drills.thresholds import Figure, Judgement, judge

ENVIRONMENT = "embedded"
PROFILE = "cloud"
PACKAGES = ("awslambdaric", "boto3", "chaostoolkit-lib", "moto", "pulumi", "pulumi-aws")
MEANINGS: Mapping[Fate, str] = {
    Fate.LOST: "Acknowledged to a client that goes by the epochs, gone, and nothing explains it.",
    Fate.DIVERGED: "Acknowledged by the lost region just before the failover and not replicated in time.",
    Fate.STALE: "By the client that ignores epochs, acknowledged after its epoch had ended.",
    Fate.UNRULED: "By the client that ignores epochs, acknowledged in its epoch and gone.",
}
HEADINGS = ("Seconds", "Client", "Write", "Key", "Region", "Epoch", "Why")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``judgements`` hold the experiment's limits against the figures; ``trouble`` is all else that went wrong."""

    experiment: Experiment
    taken: Taken
    judgements: tuple[Judgement, ...]
    seed: int
    wall_seconds: float

    @property
    def passed(self) -> bool:
        """Whether every limit held and nothing else went wrong."""
        return not self.taken.trouble and all(one.held for one in self.judgements)

    def failures(self) -> list[str]:
        """Return a sentence for each reason not to pass."""
        return [*self.taken.trouble, *(one.words() for one in self.judgements if not one.held)]


def reach(experiment: Experiment, taken: Taken, *, seed: int, wall_seconds: float) -> Verdict:
    """Hold the figures against the experiment's limits."""
    judgements = judge(experiment.thresholds, figures_by_name(taken.figures))
    return Verdict(experiment=experiment, taken=taken, judgements=judgements, seed=seed, wall_seconds=wall_seconds)


def figures_by_name(figures: Figures | None) -> dict[str, Figure]:
    """Return the numbers alone, those of this experiment last; none without figures."""
    known = {**asdict(figures), **figures.measured} if figures else {}
    return {name: value for name, value in known.items() if value is None or isinstance(value, int | float)}


def publish(verdict: Verdict, folder: Path) -> None:
    """Write `result.json` and `report.html` into the folder."""
    result = _result(verdict)
    result.write(folder / "result.json")
    report.write(_report(verdict, result), folder / "report.html")


def _result(verdict: Verdict) -> Result:
    taken = verdict.taken
    return Result(
        experiment=verdict.experiment.name,
        tier=verdict.experiment.tier,
        environment=ENVIRONMENT,
        machines=None,
        passed=verdict.passed,
        figures=taken.figures,
        steps=tuple(_step(one, taken.zero) for one in steps(taken.events, taken.events[-1].at)),
        settings=dict(_settings(verdict)),
        versions=dict(_versions()),
    )


def _step(stretch: Stretch, zero: float) -> Step:
    """Return a step as the journal showed it; one that was first seen at its end has no duration."""
    measured = stretch.outcome != "unfinished" and stretch.end > stretch.start
    seconds = stretch.end - stretch.start if measured else None
    return Step(name=stretch.label, started=stretch.start - zero, seconds=seconds, outcome=stretch.outcome)


def _settings(verdict: Verdict) -> Iterator[tuple[str, Setting]]:
    load, protocol = verdict.taken.load, asdict(verdict.taken.load.tier.protocol)
    yield "fault", verdict.experiment.fault
    yield "seed", verdict.seed
    yield "profile", PROFILE
    yield "mode", verdict.taken.stack.mode
    for name in ("clients_per_site", "turns_per_second", "read_share", "views", "defiant"):
        yield f"load.{name}", getattr(load, name)
    for name, value in protocol.items():
        yield f"protocol.{name}", value if isinstance(value, int | float) else str(value)


def _versions() -> Iterator[tuple[str, str]]:
    yield "lifeboat", _commit()
    yield "python", platform.python_version()
    yield "kernel", platform.release()
    for package in PACKAGES:
        yield package, version(package)


def _commit() -> str:
    """Return the commit that was run, or `unknown` outside a clone."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _report(verdict: Verdict, result: Result) -> report.Report:
    experiment, taken = verdict.experiment, verdict.taken
    facts = {"Tier": experiment.tier, "Fault": experiment.fault, "Seed": str(verdict.seed)}
    return report.Report(
        title=experiment.title,
        description=experiment.description,
        environment=ENVIRONMENT,
        passed=verdict.passed,
        facts={**facts, "Wall time": f"{verdict.wall_seconds:.0f} s", "Commit": result.versions["lifeboat"]},
        figures=figures_by_name(taken.figures),
        judgements=verdict.judgements,
        failures=verdict.failures(),
        scene=_scene(taken),
        steps=result.steps,
        lists=list(_lists(taken)),
        settings={name: str(value) for name, value in result.settings.items()},
        versions=result.versions,
    )


def _scene(taken: Taken) -> Scene:
    sites = taken.load.tier.sites
    return Scene(
        zero=taken.zero,
        events=taken.events,
        operations=taken.operations,
        moments=sorted(_moments(taken), key=lambda moment: moment.at),
        sites={"primary": sites.primary, "secondary": sites.secondary},
    )


def _moments(taken: Taken) -> Iterator[Moment]:
    """Name what the picture marks; each only if it happened."""
    yield from (Moment(at=event.at - taken.zero, name="fault mended") for event in taken.events if _is_end(event))
    figures = taken.figures
    if figures is None:
        return
    if injected_at(taken.events) is not None:
        yield Moment(at=0.0, name="t0: the fault")
    if figures.detection_seconds is not None:
        yield Moment(at=figures.detection_seconds, name=f"quorum {figures.detection_seconds:.1f} s")
    if figures.rto_seconds:
        yield Moment(at=figures.rto_seconds, name=f"all clients write {figures.rto_seconds:.1f} s")
    for epoch in epochs(taken.events)[1:]:
        yield Moment(at=epoch.began - taken.zero, name=f"epoch {epoch.number}")
    yield from _orders(taken)


def _orders(taken: Taken) -> Iterator[Moment]:
    for order in (event for event in taken.events if event.source == "order"):
        yield Moment(at=order.at - taken.zero, name=f"{order.text('kind')} ordered")
    last = ordered_at(taken.events)
    if last is not None and (verified := verified_at(taken.events, last)) is not None:
        yield Moment(at=verified - taken.zero, name="verified")


def _is_end(event: Event) -> bool:
    return event.source == "fault" and event.text("state") == "ended"


def _lists(taken: Taken) -> Iterator[report.WriteList]:
    listed = taken.figures.listed if taken.figures else ()
    for fate, meaning in MEANINGS.items():
        rows = [_row(one, taken.zero) for one in listed if one.fate is fate]
        yield report.WriteList(name=fate.capitalize(), meaning=meaning, headings=HEADINGS, rows=rows)


def _row(one: Listed, zero: float) -> Sequence[str]:
    return (f"{one.at - zero:+.2f}", one.client, one.value, one.key, one.region, str(one.epoch), one.reason)
