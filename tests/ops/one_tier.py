"""A tier's row and votes past every rule and fault, in the embedded cloud or in the model that the domain runs over."""

from dataclasses import dataclass
from typing import Any

from failover import rows
from failover.control_table import ControlTable
from failover.tier import Change, TierRow, Value
from tests.failover.wiring import CONTROL, REGIONS
from tests.failover.world import World


@dataclass(frozen=True, kw_only=True)
class OneTier:
    """The tier; ``control`` is the table as the cloud itself has it, past every fault, and ``store`` its client."""

    control: ControlTable
    store: Any
    table: str

    def row(self) -> TierRow:
        """Read the tier's row."""
        return self.control.row("data")

    def set_row(self, **sets: Value) -> TierRow:
        """Change the row past every rule."""
        return self.control.apply("data", Change(expects={}, sets=sets))

    def vote(self, observer: str, *, counter: int = 1, **opinion: Value) -> None:
        """Put one observer's vote about the row as it is now."""
        row = self.row()
        told: dict[str, Value] = {
            "tier": "data",
            "site": row.active,
            "epoch": row.epoch,
            "counter": counter,
            "generation": 1,
            "verdict": "healthy",
            "misses": 0,
            "goods": 3,
            "reason": "answered in time",
            "standby": "healthy",
            "lag_ms": 700,
            "acked_lag_ms": 700,
            **opinion,
        }
        item = {**rows.vote_key("data", observer), **rows.to_item(told)}
        self.store.put_item(TableName=self.table, Item=item)


def modelled(world: World) -> OneTier:
    """Return the tier of a world over the model, armed in epoch 1 with the primary active."""
    return OneTier(control=world.control, store=world.backend("dynamodb", REGIONS[0]), table=CONTROL)
