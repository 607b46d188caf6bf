"""Everything around the picture's data: axes, panel names, the fault's shade, and the key moments across all panels."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from drills import palette

PICTURE_HEIGHT_PX = 1010
PLOT_WIDTH_PX = 1080
MARGIN = {"l": 132, "r": 16, "t": 92, "b": 48}
LABEL_ROWS = 4
LABEL_ROW_PX = 17
CHARACTER_PX = 6.6
FONT = "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A key moment, named above the picture and drawn through all of it; ``at`` in seconds since t0."""

    at: float
    name: str


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What surrounds the data; all times in seconds since t0. ``panels`` are the names, from the top."""

    panels: Sequence[str]
    start: float
    end: float
    faults: Sequence[tuple[float, float]]
    moments: Sequence[Moment]


def put_around(figure: go.Figure, frame: Frame) -> go.Figure:
    """Finish the picture: same axis for all panels, shaded fault windows, named moments, a legend above."""
    for start, end in frame.faults:
        figure.add_vrect(x0=start, x1=end, fillcolor=palette.FAULT_SHADE, line_width=0, layer="below", row="all", col=1)
    for moment, row in zip(frame.moments, label_rows(frame), strict=True):
        _moment(figure, moment, row)
    _panel_names(figure, frame.panels)
    _axes(figure, frame)
    return _laid_out(figure)


def label_rows(frame: Frame) -> list[int]:
    """Choose for each moment's name the lowest row above the picture in which it overlaps no earlier name."""
    free_from = [float("-inf")] * LABEL_ROWS
    chosen = []
    per_second = PLOT_WIDTH_PX / max(frame.end - frame.start, 1.0)
    for moment in frame.moments:
        left = (moment.at - frame.start) * per_second
        row = next((row for row in range(LABEL_ROWS) if free_from[row] <= left), LABEL_ROWS - 1)
        free_from[row] = left + CHARACTER_PX * len(moment.name) + 14
        chosen.append(row)
    return chosen


def _moment(figure: go.Figure, moment: Moment, row: int) -> None:
    line = {"color": palette.FAINT_INK, "width": 1, "dash": "dot"}
    figure.add_shape(
        type="line", xref="x", yref="paper", x0=moment.at, x1=moment.at, y0=0, y1=1, line=line, layer="between"
    )
    figure.add_annotation(
        x=moment.at,
        y=1,
        yref="paper",
        yshift=4 + row * LABEL_ROW_PX,
        text=moment.name,
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        xshift=-4,
        font={"size": 11.5, "color": palette.INK},
        bgcolor="rgba(255, 255, 255, 0.9)",
    )


def _panel_names(figure: go.Figure, names: Sequence[str]) -> None:
    for number, name in enumerate(names, start=1):
        axis = figure.layout[f"yaxis{number if number > 1 else ''}"]
        figure.add_annotation(
            text=f"<b>{name}</b>",
            x=0,
            xref="paper",
            xanchor="right",
            xshift=-10,
            y=axis.domain[1],
            yref="paper",
            yanchor="bottom",
            yshift=-1,
            showarrow=False,
            font={"size": 11.5, "color": palette.FAINT_INK},
        )


def _axes(figure: go.Figure, frame: Frame) -> None:
    calm = {"gridcolor": palette.GRID, "zeroline": False, "fixedrange": True, "tickfont": {"size": 11}}
    figure.update_xaxes(
        range=[frame.start, frame.end], gridcolor=palette.GRID, zeroline=False, dtick=5, tickfont={"size": 11}
    )
    figure.update_yaxes(**calm)
    last = len(frame.panels)
    figure.update_xaxes(title={"text": "seconds since the fault (t0)", "font": {"size": 12}}, row=last, col=1)


def _laid_out(figure: go.Figure) -> go.Figure:
    return figure.update_layout(
        height=PICTURE_HEIGHT_PX,
        margin=MARGIN,
        barmode="overlay",
        bargap=0.22,
        plot_bgcolor="white",
        paper_bgcolor="white",
        font={"family": FONT, "size": 12, "color": palette.INK},
        legend={"orientation": "h", "y": -0.045, "yanchor": "top", "x": 0, "font": {"size": 12}},
        hoverlabel={"bgcolor": "white", "font": {"size": 12}},
        hovermode="closest",
        dragmode="zoom",
    )
