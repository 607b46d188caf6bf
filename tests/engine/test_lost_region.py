"""The rest of the stack can be changed while a region is lost: nothing there is touched, nor what run time moved."""

from failover.sites import LOST_REGIONS
from tests.engine.cloud import Cloud, Json
from tests.engine.test_run_time_values import CONTROL, LOG_GROUP, NOTIFIER_LOGS, fail_over
from tests.engine.workplace import STACK, Workplace

LOST = "us-east-1"
WITHOUT = f"--exclude=**aws-{LOST}**"
NO_ANSWER = f"no answer from sts.{LOST}.amazonaws.com"
TOLD = {LOST_REGIONS: LOST}


def test_the_engine_starts_the_provider_of_a_lost_region_even_if_it_leaves_it_out(workplace: Workplace) -> None:
    """Why the program is told of it: the provider must not ask the region who is calling."""
    workplace.cloud.darken(LOST)
    assert NO_ANSWER in workplace.preview(WITHOUT, fails=True)


def test_a_release_after_a_failover_goes_on_without_the_lost_region(workplace: Workplace) -> None:
    workplace.cloud.darken(LOST)
    written = fail_over(workplace.cloud)
    there = in_lost_region(workplace)
    workplace.configure({"functions": {"logRetentionDays": 30}})
    said = workplace.run("up", "--yes", f"--stack={STACK}", WITHOUT, told=TOLD)  # a preview, then the update
    assert "Previewing update" in said
    assert in_lost_region(workplace) == there
    assert [retention(workplace.cloud, region) for region in CONTROL] == [90, 30, 30]
    contents = workplace.cloud.contents()
    assert {place: contents.get(place) for place in written} == written


def in_lost_region(workplace: Workplace) -> dict[str, str]:
    """Return what is in the lost region."""
    return {place: text for place, text in workplace.cloud.contents().items() if place.startswith(f"{LOST}/")}


def retention(cloud: Cloud, region: str) -> Json:
    """Return for how many days a region keeps what its notifier writes."""
    found = cloud.get(region, LOG_GROUP, NOTIFIER_LOGS)
    return found and found["retentionInDays"]
