"""The report's one picture: what clients felt, what observers said and what the plan did, on one time axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from drills import frame, lanes, palette, series
from drills.events import Event
from drills.lanes import Stretch
from drills.narrative import tell
from drills.recorder import Operation
from failover.sites import Site

PANELS = ("Tier and plan", "Votes", "Writers", "Success of writes", "Latency", "Replication lag")
HEIGHTS = (0.2, 0.15, 0.15, 0.13, 0.24, 0.13)
STORY = ["pages", "plan step", "tier row", "drill"]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that the picture shows. ``zero`` is t0, the axis' origin; ``sites`` maps each site to its region."""

    zero: float
    events: Sequence[Event]
    operations: Sequence[Operation]
    moments: Sequence[frame.Moment]
    sites: Mapping[Site, str]

    def seconds(self, at: float) -> float:
        """Return a moment as seconds since t0."""
        return round(at - self.zero, 4)

    def start(self) -> float:
        """Return when the tier was first seen or first used; what came before was setting up."""
        seen = [event.at for event in self.events if event.source in ("row", "fault")]
        return min([*seen, *(operation.at for operation in self.operations)], default=self.zero)

    def end(self) -> float:
        """Return when the last thing happened."""
        seen = [event.at for event in self.events] + [operation.ended for operation in self.operations]
        return max(seen, default=self.zero)


def draw(scene: Scene) -> go.Figure:
    """Return the whole picture; every panel shares the axis of seconds since t0."""
    figure = make_subplots(rows=len(PANELS), cols=1, shared_xaxes=True, vertical_spacing=0.026, row_heights=HEIGHTS)
    story(figure, 1, scene)
    bars(figure, 2, scene, lanes.votes(scene.events, scene.end()))
    writers(figure, 3, scene)
    success(figure, 4, scene)
    latency(figure, 5, scene)
    lag(figure, 6, scene)
    panel_scales(figure, scene)
    return frame.put_around(figure, surroundings(scene))


def surroundings(scene: Scene) -> frame.Frame:
    """Return what goes around the data: the axis' ends, the fault's windows and the key moments."""
    windows = [(scene.seconds(one.start), scene.seconds(one.end)) for one in lanes.faults(scene.events, scene.end())]
    return frame.Frame(
        panels=PANELS,
        start=scene.seconds(scene.start()) - 0.5,
        end=scene.seconds(scene.end()) + 0.5,
        faults=windows,
        moments=scene.moments,
    )


def story(figure: go.Figure, row: int, scene: Scene) -> None:
    """Draw the drill's stages, the tier row's phases, the plan's steps and the pages that people got."""
    end = scene.end()
    drawn = [*lanes.steps(scene.events, end), *lanes.phases(scene.events, end), *lanes.stages(scene.events, end)]
    bars(figure, row, scene, drawn)
    pages = [event for event in scene.events if event.source == "page"]
    trace = go.Scatter(
        x=[scene.seconds(event.at) for event in pages],
        y=["pages"] * len(pages),
        mode="markers",
        marker={"symbol": "diamond", "size": 9, "color": [palette.look(event.text("severity")) for event in pages]},
        text=[tell(event) for event in pages],
        hovertemplate="%{text}<br>%{x:.1f} s<extra></extra>",
        showlegend=False,
    )
    figure.add_trace(trace, row=row, col=1)


def panel_scales(figure: go.Figure, scene: Scene) -> None:
    """Set each panel's own scale and unit."""
    figure.update_yaxes(categoryorder="array", categoryarray=STORY, row=1, col=1)
    figure.update_yaxes(autorange="reversed", row=2, col=1)
    writers = ["ignores epochs", *(f"{site} clients" for site in reversed(list(scene.sites)))]
    figure.update_yaxes(categoryorder="array", categoryarray=writers, row=3, col=1)
    figure.update_yaxes(range=[-4, 104], tickvals=[0, 50, 100], ticktext=["0 %", "50 %", "100 %"], row=4, col=1)
    figure.update_yaxes(type="log", ticksuffix=" ms", dtick=1, row=5, col=1)
    worst = max((event.number("seconds") or 0.0 for event in scene.events if event.source == "lag"), default=0.0)
    figure.update_yaxes(ticksuffix=" s", range=[0, 1.2 * max(worst, 1.0)], row=6, col=1)


def bars(figure: go.Figure, row: int, scene: Scene, stretches: Sequence[Stretch]) -> None:
    """Draw stretches as labelled bars, one lane of the panel for each ``lane``."""
    span = max(scene.end() - scene.start(), 1.0)
    bar = go.Bar(
        orientation="h",
        y=[stretch.lane for stretch in stretches],
        base=[scene.seconds(stretch.start) for stretch in stretches],
        x=[stretch.end - stretch.start for stretch in stretches],
        text=[_label(stretch, span) for stretch in stretches],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        constraintext="none",
        textfont={"size": 11, "color": [palette.ink_on(stretch.look) for stretch in stretches]},
        marker={"color": [palette.look(stretch.look) for stretch in stretches], "line": {"color": "white", "width": 1}},
        customdata=[[stretch.detail, scene.seconds(stretch.end)] for stretch in stretches],
        hovertemplate="%{customdata[0]}<br>%{base:.1f} s to %{customdata[1]:.1f} s<extra></extra>",
        showlegend=False,
    )
    figure.add_trace(bar, row=row, col=1)


def _label(stretch: Stretch, span: float) -> str:
    """Return the label if the bar is wide enough for it, else nothing: the bar speaks when pointed at."""
    return stretch.label if (stretch.end - stretch.start) / span * frame.PLOT_WIDTH_PX > 7 * len(stretch.label) else ""


def writers(figure: go.Figure, row: int, scene: Scene) -> None:
    """Draw every write as a tick in its site's lane, coloured by the region that acknowledged it."""
    writes = [operation for operation in scene.operations if operation.is_write]
    names = {region: site for site, region in scene.sites.items()}
    for site in scene.sites:
        taken = [one for one in writes if one.acknowledged and names.get(one.region or "") == site]
        ticks(figure, row, scene, taken, name=f"written in {scene.sites[site]}", color=palette.look(site))
    failed = [one for one in writes if not one.acknowledged]
    ticks(figure, row, scene, failed, name="not acknowledged", color=palette.BAD)


def ticks(figure: go.Figure, row: int, scene: Scene, operations: Sequence[Operation], *, name: str, color: str) -> None:
    """Draw one thin tick for each operation, at its end."""
    trace = go.Scatter(
        x=[scene.seconds(one.ended) for one in operations],
        y=[_lane(one) for one in operations],
        mode="markers",
        name=name,
        legendgroup=name,
        marker={"symbol": "line-ns", "size": 15, "line": {"width": 1.4, "color": color}, "color": color},
        text=[_told(one) for one in operations],
        hovertemplate="%{text}<br>%{x:.2f} s<extra></extra>",
    )
    figure.add_trace(trace, row=row, col=1)


def _lane(operation: Operation) -> str:
    """Return the lane of one write: its clients' site, or the client that ignores epochs."""
    return f"{operation.site} clients" if operation.cooperates else "ignores epochs"


def _told(operation: Operation) -> str:
    place = f"in {operation.region}" if operation.region else operation.error or ""
    return f"{operation.client} {operation.op} {operation.key}<br>{operation.outcome} {place}, epoch {operation.epoch}"


def success(figure: go.Figure, row: int, scene: Scene) -> None:
    """Draw the share of cooperating clients' writes that were acknowledged, one line for each site."""
    for site in scene.sites:
        own = [one for one in scene.operations if one.site == site and one.is_write and one.cooperates]
        points = series.success_percent(own)
        trace = go.Scatter(
            x=[scene.seconds(point.at) for point in points],
            y=[point.value for point in points],
            mode="lines",
            name=f"{site} clients",
            legendgroup=site,
            line={"color": palette.look(site), "width": 2, "shape": "hvh"},
            hovertemplate=f"{site} clients: %{{y:.0f}}% at %{{x:.1f}} s<extra></extra>",
        )
        figure.add_trace(trace, row=row, col=1)


def latency(figure: go.Figure, row: int, scene: Scene) -> None:
    """Draw every operation of the load as a point and each site's median as a line."""
    for site in scene.sites:
        own = [one for one in scene.operations if one.site == site]
        dots(figure, row, scene, [one for one in own if one.acknowledged], palette.look(site))
        medians(figure, row, scene, series.median_latency_ms(own), site)
    dots(figure, row, scene, [one for one in scene.operations if not one.acknowledged], palette.BAD)


def dots(figure: go.Figure, row: int, scene: Scene, operations: Sequence[Operation], color: str) -> None:
    """Draw operations by when they ended and how long they took."""
    trace = go.Scatter(
        x=[scene.seconds(one.ended) for one in operations],
        y=[max(1000 * (one.ended - one.at), 0.1) for one in operations],
        mode="markers",
        marker={"size": 4, "color": color, "opacity": 0.35},
        text=[_told(one) for one in operations],
        hovertemplate="%{text}<br>%{y:.0f} ms, ended at %{x:.2f} s<extra></extra>",
        showlegend=False,
    )
    figure.add_trace(trace, row=row, col=1)


def medians(figure: go.Figure, row: int, scene: Scene, points: Sequence[series.Point], site: str) -> None:
    """Draw one site's median latency."""
    trace = go.Scatter(
        x=[scene.seconds(point.at) for point in points],
        y=[point.value for point in points],
        mode="lines",
        line={"color": palette.look(site), "width": 1.8},
        legendgroup=site,
        showlegend=False,
        hovertemplate=f"{site} clients' median: %{{y:.0f}} ms<extra></extra>",
    )
    figure.add_trace(trace, row=row, col=1)


def lag(figure: go.Figure, row: int, scene: Scene) -> None:
    """Draw how long the oldest undelivered change has waited, one line for each direction of replication."""
    measured = [event for event in scene.events if event.source == "lag"]
    for site, region in scene.sites.items():
        own = [event for event in measured if event.text("from") == region]
        trace = go.Scatter(
            x=[scene.seconds(event.at) for event in own],
            y=[event.number("seconds") or 0.0 for event in own],
            customdata=[[tell(event)] for event in own],
            mode="lines",
            fill="tozeroy",
            fillcolor=palette.faded(site),
            line={"color": palette.look(site), "width": 1.8, "shape": "hv"},
            showlegend=False,
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
        figure.add_trace(trace, row=row, col=1)
