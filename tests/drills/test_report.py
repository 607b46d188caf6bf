import dataclasses
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from drills import report
from drills.events import SOURCES, Event
from drills.narrative import tell
from drills.picture import PANELS, Scene, draw
from drills.thresholds import judge
from tests.drills import recorded, reported

CHROMIUM = shutil.which("chromium")
QUIET = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
FACTS = ("epoch", "active", "phase", "observer", "verdict", "site", "step", "id", "state", "what", "name", "outcome")
names = st.text(alphabet="abcxyz <>&\"'`", min_size=1, max_size=12)
events = st.lists(
    st.builds(
        Event,
        at=st.floats(min_value=recorded.ZERO - 50, max_value=recorded.ZERO + 50),
        source=st.sampled_from(SOURCES),
        facts=st.dictionaries(st.sampled_from(FACTS), names),
    ),
    max_size=30,
)


def _told(html: str) -> list[tuple[str, str]]:
    """Give source and words of each row of the event table, as a reader sees them."""
    table = html.partition('<table class="events">')[2].partition("</table>")[0]
    rows = re.findall(r"<tr[^>]*><td[^>]*>[^<]*</td><td>([^<]*)</td><td>([^<]*)</td></tr>", table)
    return [(unescape(source), unescape(words)) for source, words in rows]


def _resources(html: str) -> Iterator[str]:
    """Give whatever the page would load: the inlined library's own text is no markup."""
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    yield from re.findall(r"<script[^>]+src=[^>]+>", html[: html.find("Plotly")] + markup)
    yield from re.findall(r"<(?:link|img|iframe)[^>]*>|url\([^)]*\)|@import[^;]*", markup)


@given(events=events)
@settings(max_examples=5, deadline=None, phases=[Phase.generate])  # each page is 5 MB: too slow to shrink
def test_every_event_of_the_log_is_told_in_the_report(events: list[Event]) -> None:
    scene = dataclasses.replace(reported.scene(), events=events, operations=[])
    html = report.render(dataclasses.replace(reported.report(), scene=scene))
    assert _told(html) == [(event.source, tell(event)) for event in events]


def test_every_operation_of_the_load_is_drawn_and_every_write_has_its_tick() -> None:
    scene = reported.scene()
    drawn = [trace for trace in draw(scene).data if trace.type == "scatter" and trace.mode == "markers"]
    dots = sorted(x for trace in drawn if trace.yaxis == "y5" for x in trace.x)
    ticks = sorted(x for trace in drawn if trace.yaxis == "y3" for x in trace.x)
    assert dots == sorted(scene.seconds(one.ended) for one in scene.operations)
    assert ticks == sorted(scene.seconds(one.ended) for one in scene.operations if one.is_write)


def test_all_panels_share_one_axis_that_holds_all_since_the_tier_was_first_seen() -> None:
    scene = reported.scene()
    figure = draw(scene)
    axes = [figure.layout[f"xaxis{number if number > 1 else ''}"] for number in range(1, len(PANELS) + 1)]
    assert {axis.matches for axis in axes[:-1]} == {f"x{len(PANELS)}"}
    start, end = axes[-1].range
    assert start < min(scene.seconds(event.at) for event in scene.events if event.source == "row")
    assert start < min(scene.seconds(one.at) for one in scene.operations)
    assert end > max(scene.seconds(event.at) for event in scene.events)


def test_a_write_has_the_colour_of_the_region_that_acknowledged_it() -> None:
    scene = reported.scene()
    ticks = {trace.name: len(trace.x) for trace in draw(scene).data if trace.yaxis == "y3"}
    for region in recorded.SITES.values():
        assert ticks[f"written in {region}"] == sum(one.is_write and one.region == region for one in scene.operations)


def test_a_broken_limit_is_shown_as_broken_and_the_page_as_failed() -> None:
    figures = {**reported.FIGURES, "rto_seconds": 31.0}
    judged = judge([one.threshold for one in reported.report().judgements], figures)
    page = dataclasses.replace(reported.report(), figures=figures, judgements=judged, passed=False)
    html = report.render(page)
    assert html.count('class="figure broken"') == 1
    assert "31.00" in html
    assert "<title>Failed" in html


def test_a_figure_that_was_not_measured_is_a_dash_and_breaks_its_limit() -> None:
    figures = {**reported.FIGURES, "rto_seconds": None}
    judged = judge([one.threshold for one in reported.report().judgements], figures)
    html = report.render(dataclasses.replace(reported.report(), figures=figures, judgements=judged))
    assert report.NOT_MEASURED in html
    assert html.count('class="figure broken"') == 1


def test_a_figure_of_one_experiment_is_shown_where_it_was_measured_and_nowhere_else() -> None:
    name = report.PARTICULAR["catch_up_seconds"].name
    figures = {**reported.FIGURES, "catch_up_seconds": 61.25}
    assert name not in report.render(reported.report())
    html = report.render(dataclasses.replace(reported.report(), figures=figures))
    assert name in html
    assert "61.25" in html


def test_values_of_the_load_cannot_become_markup() -> None:
    hostile = report.WriteList(name="Lost", meaning="", headings=["Key"], rows=[["</script><script>alert(1)"]])
    assert "<script>alert(1)" not in report.render(dataclasses.replace(reported.report(), lists=[hostile]))


def test_a_drill_that_stopped_before_its_fault_still_gives_a_page() -> None:
    scene = Scene(zero=recorded.ZERO, events=[], operations=[], moments=[], sites=recorded.SITES)
    assert "No plan ran" in report.render(dataclasses.replace(reported.report(), scene=scene, steps=[]))


def test_the_page_loads_nothing_from_anywhere() -> None:
    assert list(_resources(report.render(reported.report()))) == []


@pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install -y chromium")
def test_a_browser_without_network_draws_the_whole_picture_and_asks_nobody(tmp_path: Path) -> None:
    page, net_log = tmp_path / "report.html", tmp_path / "net.json"
    report.write(reported.report(), page)
    dom = _opened(page, net_log, tmp_path)
    assert dom.count('class="subplot ') >= len(PANELS)
    assert 'class="points"' in dom
    assert "epoch 2 · secondary" in dom
    assert [url for url in _asked_by_the_page(net_log) if not url.startswith("file:")] == []


def _asked_by_the_page(net_log: Path) -> list[str]:
    """Give the requests that a document made; the browser's own have no origin."""
    starts = re.findall(r'"params":\{("initiator":.*?)\}', net_log.read_text())
    own = [start for start in starts if '"initiator":"not an origin"' not in start]
    return [url for start in own for url in re.findall(r'"url":"([^"]*)"', start)]


def _opened(page: Path, net_log: Path, folder: Path) -> str:
    """Open the page as a reader would and return what the browser made of it."""
    profile = f"--user-data-dir={folder / 'profile'}"
    quiet = [*QUIET.split(), "--disable-component-update", "--disable-sync", profile]
    look = [f"--log-net-log={net_log}", "--virtual-time-budget=4000", "--dump-dom", page.as_uri()]
    return subprocess.run([str(CHROMIUM), *quiet, *look], capture_output=True, text=True, check=True, timeout=99).stdout
