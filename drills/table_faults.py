"""Faults of tables: the region around them runs on, with its observer, its orchestrator and its control table.

The application's tables and the canary's are hit alike, since the canary stands for them.
"""

from collections.abc import Callable, Mapping

from drills.actions import await_a_moment, must_be_one_of
from drills.running import Drill, current
from localcloud.faults import Effect, Fault

EFFECTS: Mapping[str, Effect] = {"silent": "blackhole", "throttled": "throttle"}
WORDS = {"silent": "give no answer", "throttled": "answer ProvisionedThroughputExceeded"}


def silence_primary_tables() -> str:
    """Let no call to the primary's tables be answered."""
    return _hurt_primary("silent")


def throttle_primary_tables() -> str:
    """Turn every call to the primary's tables away for its rate."""
    return _hurt_primary("throttled")


def lose_both_sites(fault: str) -> str:
    """Lose the tables of both sites, or both regions with all that runs in them; they may be control regions too.

    Raises:
        UnknownFault: nobody can lose both in that way.
    """
    drill = current()
    losses: Mapping[str, Callable[[str], None]] = {
        "tables": lambda region: hurt_tables(drill, region, "silent"),
        "dark": lambda region: _darken(drill, region),
    }
    must_be_one_of(losses, fault)
    phase = await_a_moment(drill)
    for region in (drill.sites.primary, drill.sites.secondary):
        losses[fault](region)
    return f"{fault}, {phase:.2f} s into the probe interval"


def hurt_tables(drill: Drill, region: str, how: str) -> None:
    """Put the fault in force on every table of a region."""
    drill.tell_fault(f"tables {region}", f"the tables in {region} {WORDS[how]}")
    for table in drill.tables:
        drill.faults.add(Fault(effect=EFFECTS[how], region=region, service="dynamodb", table=table))


def _hurt_primary(how: str) -> str:
    drill = current()
    phase = await_a_moment(drill)
    hurt_tables(drill, drill.sites.primary, how)
    return f"{how}, {phase:.2f} s into the probe interval"


def _darken(drill: Drill, region: str) -> None:
    drill.tell_fault(region, f"{region} is dark")
    drill.regions.darken(region)
