"""The primary's region refuses every call from the first second, and the global control planes with it (law 1)."""

from localcloud.faults import GLOBAL_CONTROL_PLANES, control_planes_out
from tests.cloud.killing import assert_moved_once, tell
from tests.cloud.stage import Stage


def test_a_failover_needs_neither_the_lost_region_nor_the_global_control_planes(stage: Stage) -> None:
    before, since = stage.row(), stage.last_call()
    for fault in control_planes_out():
        stage.cloud.faults.add(fault)
    stage.cloud.regions.darken(stage.primary, "refuse")
    story = tell(stage, before, None, since)

    assert_moved_once(stage, story, "secondary", stage.far_regions)
    asked = {str(call["service"]) for call in stage.cloud.calls(since)}
    assert not asked & set(GLOBAL_CONTROL_PLANES)
