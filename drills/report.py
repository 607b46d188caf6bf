"""The drill's report: one HTML file that needs no network, with one picture and the figures beside their limits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import plotly.io
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from drills.events import Event
from drills.narrative import is_trouble, tell
from drills.picture import Scene, draw
from drills.result import Step
from drills.thresholds import Figure, Judgement

CAVEAT = (
    "Regions, latency and replication are simulated on this one machine around the real program and the real Lambda "
    "archives; the figures show what the protocol does and are never cloud figures."
)
READING = (
    "Read from left to right: t0 is the moment of the fault, its window is shaded, and each dotted line is a key "
    "moment. Blue is the primary and orange the secondary everywhere, so a tick's colour under Writers says which "
    "region acknowledged that write: at no moment may both colours appear in the two client lanes, and red means that "
    "nobody did. Point at anything for its detail; drag to look closer and double-click to return."
)
NOT_MEASURED = "\N{EN DASH}"
PLOT_CONFIG = {"displayModeBar": False, "displaylogo": False, "responsive": True, "plotlyServerURL": ""}


@dataclass(frozen=True, kw_only=True)
class Named:
    """How a figure of the result is called in front of people."""

    name: str
    unit: str = ""


FIGURES: Mapping[str, Named] = {
    "detection_seconds": Named(name="Detection: fault to a quorum of votes", unit="s"),
    "decision_seconds": Named(name="Decision: quorum to the new epoch", unit="s"),
    "rto_seconds": Named(name="Recovery: fault to all clients writing", unit="s"),
    "unavailable_seconds": Named(name="Without an acknowledged write, in all", unit="s"),
    "failback_seconds": Named(name="Failback: order to verified", unit="s"),
    "planned_stop_seconds": Named(name="Planned stop: longest gap between writes", unit="s"),
    "planned_stop_beyond_lag_seconds": Named(name="Planned stop beyond the lag (or 0.5 s)", unit="s"),
    "moves": Named(name="Moves of the tier"),
    "plan_owners": Named(name="Owners of one plan, at most"),
    "pages": Named(name="Pages that need a person"),
    "writes_acknowledged": Named(name="Writes acknowledged"),
    "writes_lost": Named(name="Acknowledged writes lost"),
    "writes_listed_as_diverged": Named(name="Acknowledged writes listed as diverged"),
    "unhealthy_at_once": Named(name="Observers that called the active site unhealthy, at most"),
    "losses_unlisted": Named(name="Writes that are gone, and on none of the stack's lists"),
    "losses_unfounded": Named(name="Writes on a list of the stack's that nobody lost"),
    "keys_that_differ": Named(name="Keys that the two regions hold differently"),
    "max_writers_per_epoch": Named(name="Writers in one epoch, at most"),
    "overlapping_writers_seconds": Named(name="Two regions writing at once", unit="s"),
    "stale_epoch_writes_acknowledged": Named(name="Stale writes of the client that ignores epochs"),
}
PARTICULAR: Mapping[str, Named] = {
    "records_behind": Named(name="Records that waited when the target took some again"),
    "records_at_recovery": Named(name="Records that waited when it throttled no longer"),
    "records_left": Named(name="Records that waited when it had caught up"),
    "catch_up_seconds": Named(name="Catching up: from there to none left over", unit="s"),
    "records_per_second": Named(name="Records carried over while catching up", unit="/s"),
    "throttled_records_per_second": Named(name="The same while the target throttled", unit="/s"),
    "recovered_records_per_second": Named(name="The same when it did no longer", unit="/s"),
    "records_out_of_order": Named(name="Records that arrived after a later one of their item"),
    "replicator_memory_mb": Named(name="Largest process of a replicator", unit="MB"),
    "differences_found": Named(name="Items in which `lifeboat verify` found the regions to differ"),
    "differences_missed": Named(name="Items that differ by the clients' logs, and that it did not find"),
    "differences_unfounded": Named(name="Items that it found, and in which the regions are alike"),
    "losers_listed_by_repair": Named(name="Overruled writes that `lifeboat repair` listed"),
}
"""Figures that some experiments have and others have not, shown where they were measured."""


@dataclass(frozen=True, kw_only=True)
class WriteList:
    """Writes that a person should look at, one row of cells for each."""

    name: str
    meaning: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Report:
    """All that the page shows. ``failures`` are sentences about what went wrong besides the limits."""

    title: str
    description: str
    environment: str
    passed: bool
    facts: Mapping[str, str]
    figures: Mapping[str, Figure]
    judgements: Sequence[Judgement]
    failures: Sequence[str]
    scene: Scene
    steps: Sequence[Step]
    lists: Sequence[WriteList]
    settings: Mapping[str, str]
    versions: Mapping[str, str]


def write(report: Report, path: Path) -> None:
    """Write the page; whoever opens it needs this file alone."""
    path.write_text(render(report), encoding="utf-8")


def render(report: Report) -> str:
    """Return the page as HTML, every value escaped."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("report.html.j2").render(
        title=report.title,
        description=report.description,
        environment=report.environment,
        caveat=CAVEAT,
        reading=READING,
        passed=report.passed,
        failures=report.failures,
        facts=report.facts.items(),
        cards=list(_cards(report)),
        picture=_picture(report.scene),
        steps=[_step_row(step) for step in report.steps],
        lists=[_list_view(one) for one in report.lists],
        events=[_event_row(report.scene, event) for event in report.scene.events],
        settings=report.settings.items(),
        versions=report.versions.items(),
    )


def _picture(scene: Scene) -> Markup:
    """Return the picture with the whole of plotly beside it, so that the page asks nobody for anything."""
    html = plotly.io.to_html(
        draw(scene), full_html=False, include_plotlyjs=True, include_mathjax=False, div_id="picture", config=PLOT_CONFIG
    )
    return Markup(html)  # noqa: S704 - plotly escapes the data that it embeds; no other text enters here


def _cards(report: Report) -> Iterator[dict[str, str]]:
    judged = {one.threshold.figure: one for one in report.judgements}
    particular = [name for name in PARTICULAR if name in judged or name in report.figures]
    for figure in [*FIGURES, *particular]:
        named = name_of(figure)
        judgement = judged.get(figure)
        yield {
            "name": named.name,
            "value": figure_text(report.figures.get(figure)),
            "unit": named.unit,
            "limit": _limit(judgement),
            "look": "" if judgement is None else "held" if judgement.held else "broken",
        }


def name_of(figure: str) -> Named:
    """Return what people call a figure.

    Raises:
        KeyError: it has no name.
    """
    return FIGURES[figure] if figure in FIGURES else PARTICULAR[figure]


def _limit(judgement: Judgement | None) -> Markup:
    if judgement is None:
        return Markup("no limit")
    mark = Markup("<b>✓</b>") if judgement.held else Markup("<b>✗</b>")
    return Markup("{} {}").format(mark, judgement.threshold.words())


def figure_text(value: Figure) -> str:
    """Return a figure as people read it: whole numbers in groups, others to two places, a dash if not measured."""
    if value is None:
        return NOT_MEASURED
    return f"{value:,}" if isinstance(value, int) else f"{value:.2f}"


def _step_row(step: Step) -> dict[str, str]:
    took = NOT_MEASURED if step.seconds is None else f"{step.seconds:.2f} s"
    return {"name": step.name, "began": f"{step.started:+.1f} s", "took": took, "outcome": step.outcome}


def _list_view(one: WriteList) -> dict[str, object]:
    return {
        "name": one.name,
        "meaning": one.meaning,
        "headings": one.headings,
        "rows": one.rows,
        "open": 0 < len(one.rows) <= 12,
    }


def _event_row(scene: Scene, event: Event) -> dict[str, object]:
    return {
        "at": f"{scene.seconds(event.at):+.2f}",
        "source": event.source,
        "words": tell(event),
        "trouble": is_trouble(event),
    }
