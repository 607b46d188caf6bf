"""No acknowledged event is lost, and none is done twice, whenever a process is killed; 1,000 kills: see `kills`."""

from tests.nodes.app.kills import lived_through
from tests.nodes.app.surroundings import Place

KILLS = 30  # on each kind of database


def test_an_acknowledged_event_outlives_every_kill_and_has_its_effect_once(site: Place) -> None:
    story = lived_through(site, KILLS, seed=1)
    assert set(story.killed) == {"receiver", "worker"}
    assert len(story.acknowledged) > KILLS
