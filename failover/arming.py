"""A tier's first row, and the switch that allows or forbids automatic plans."""

from datetime import timedelta
from typing import Final

from failover import tier
from failover.control_table import ControlTable, TierRowMissing
from failover.tier import Phase, TierRow
from failover.votes import Vote

FORCED_EPOCHS: Final = 1000  # what break-glass adds too: more than a row can have moved on unseen


def arm(control: ControlTable, tier_name: str, electorate: tuple[str, ...]) -> TierRow:
    """Allow automatic plans. The very first time this also makes the row: epoch 1, primary active.

    Nothing else makes a row, and one that was lost does not come back as epoch 1: where observers have voted, the site
    of their newest epoch is active, and the epoch is far above any that they can have missed.
    """
    try:
        return control.apply(tier_name, tier.arm())
    except TierRowMissing:
        control.create_row(tier_name, _first(control.votes(tier_name, electorate)))
        stamped = {"changed_at": control.time.now().isoformat()}
        return control.apply(tier_name, tier.Change(expects={}, sets={**tier.arm().sets, **stamped}))


def disarm(control: ControlTable, tier_name: str, lasting: timedelta | None = None) -> TierRow:
    """Forbid automatic plans, for good or for a while of AWS time. Takeover and mending go on.

    Raises:
        TierRowMissing: the tier was never armed.
    """
    control.row(tier_name)  # an answer of AWS tells the time
    return control.apply(tier_name, tier.disarm(control.time.now() + lasting if lasting else None))


def _first(votes: tuple[Vote, ...]) -> dict[str, tier.Value]:
    last = max(votes, key=lambda vote: vote.epoch, default=None)
    known: dict[str, tier.Value] = {"epoch": 1, "active": "primary"}
    if last is not None:
        known = {"epoch": last.epoch + FORCED_EPOCHS, "active": last.site}
    return {
        **known,
        "phase": Phase.STEADY,
        "owner_counter": 0,
        "armed": False,
        "changed_at": "1970-01-01T00:00:00+00:00",
        "moved_at": {},
    }
