"""A region that is away for longer than its streams remember what it did not send."""

from drills.running import current

HOUR_SECONDS = 3600.0
AWAY = "away"


def take_old_region_away() -> str:
    """Lose the primary region, which was cut off before, altogether: what it has not sent stays in its streams."""
    drill = current()
    region = drill.sites.primary
    drill.tell_fault(AWAY, f"{region} is dark")
    drill.regions.darken(region)
    return region


def let_pass(hours: float) -> str:
    """Let hours pass at once: streams, their readers and AWS's time go by them, and nothing else."""
    current().operator.let_pass(hours * HOUR_SECONDS)
    return f"{hours:g} h"
