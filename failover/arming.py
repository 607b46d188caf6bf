"""A tier's first row, and the switch that allows or forbids automatic plans."""

from datetime import timedelta

from failover import tier
from failover.control_table import ControlTable, TierRowMissing
from failover.tier import Phase, TierRow


def arm(control: ControlTable, tier_name: str) -> TierRow:
    """Allow automatic plans. The very first time this also makes the row: epoch 1, primary active.

    Nothing else makes a row: one that was lost must not come back as epoch 1 by itself.
    """
    try:
        return control.apply(tier_name, tier.arm())
    except TierRowMissing:
        control.create_row(tier_name, _first())
        stamped = {"changed_at": control.time.now().isoformat()}
        return control.apply(tier_name, tier.Change(expects={}, sets={**tier.arm().sets, **stamped}))


def disarm(control: ControlTable, tier_name: str, lasting: timedelta | None = None) -> TierRow:
    """Forbid automatic plans, for good or for a while of AWS time. Takeover and mending go on.

    Raises:
        TierRowMissing: the tier was never armed.
    """
    control.row(tier_name)  # an answer of AWS tells the time
    return control.apply(tier_name, tier.disarm(control.time.now() + lasting if lasting else None))


def _first() -> dict[str, tier.Value]:
    epoch: dict[str, tier.Value] = {"epoch": 1, "active": "primary", "phase": Phase.STEADY, "owner_counter": 0}
    return {**epoch, "armed": False, "changed_at": "1970-01-01T00:00:00+00:00", "moved_at": {}}
