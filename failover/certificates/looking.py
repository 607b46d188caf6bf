"""How the certificate stands, without changing anything: what all regions hold, and what the last run told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from failover.certificates.regional_secret import RegionalSecret
from failover.certificates.renewal import Wanted, judge
from failover.certificates.renewing import Held, best_of
from failover.certificates.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Look:
    """``behind`` are regions without this certificate, with why; ``row`` is the turn's."""

    held: Held | None
    due: str
    behind: Mapping[str, str]
    row: Mapping[str, object]
    now: datetime

    def told(self) -> dict[str, object]:
        """Return it for people and programs; nothing in it is secret."""
        run = {name: self.row.get(name) for name in ("owner", "outcome", "ended_at", "ended_by")}
        told: dict[str, object] = {"due": self.due, "behind": dict(self.behind), "run": run}
        return {**told, **(self.held.told(self.now) if self.held else {"names": []})}


def look(secret: RegionalSecret, turn: Turn, wanted: Wanted) -> Look:
    """Read everything once.

    Raises:
        TurnLost: the control table does not answer.
    """
    row, readings = turn.row(), secret.read()
    held, now = best_of(readings, wanted), turn.time.now()
    facts, issuer = (held.facts, held.issuer) if held else (None, "")
    verdict = judge(wanted, facts, issuer, now, forced=False)
    lacking = readings.lacking(held.version) if held else readings.empty
    behind = {**dict.fromkeys(lacking, "has another one, or none"), **readings.failed}
    return Look(held=held, due=verdict.reason if verdict.renew else "", behind=behind, row=row, now=now)
