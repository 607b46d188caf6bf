"""`result.json`: what a drill measured, under the names of the contract; null where there is nothing to measure.

What one experiment measures and others do not stands beside it, as ``measured``, where there is any.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from drills.accounting import Figures

Setting = str | int | float | bool | None
MEASURED = (
    "detection_seconds",
    "decision_seconds",
    "rto_seconds",
    "failback_seconds",
    "unavailable_seconds",
    "writes_acknowledged",
    "writes_lost",
    "writes_listed_as_diverged",
    "max_writers_per_epoch",
    "max_writers_per_term",
    "stale_epoch_writes_acknowledged",
    "overlapping_writers_seconds",
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of a plan; ``started`` in seconds from t0, ``seconds`` null if it never ended."""

    name: str
    started: float
    seconds: float | None
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """One drill. ``environment`` is `embedded` for figures of the embedded cloud; without figures they are null."""

    experiment: str
    tier: str
    environment: str
    machines: str | None
    passed: bool
    figures: Figures | None
    steps: tuple[Step, ...]
    settings: Mapping[str, Setting]
    versions: Mapping[str, str]

    def to_json(self) -> str:
        """Return the file's text; seconds are rounded to milliseconds, more was not measured."""
        names = ("experiment", "tier", "environment", "machines", "passed")
        known = {name: getattr(self, name) for name in names}
        measured = {name: _rounded(getattr(self.figures, name, None)) for name in MEASURED}
        steps = [{name: _rounded(value) for name, value in asdict(step).items()} for step in self.steps]
        rest = {"steps": steps, "settings": dict(self.settings), "versions": dict(self.versions)}
        particular = {name: _rounded(value) for name, value in (self.figures.measured if self.figures else {}).items()}
        own = {"measured": particular} if particular else {}
        return json.dumps({**known, **measured, **rest, **own}, indent=2) + "\n"

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(self.to_json(), encoding="utf-8")
        draft.replace(path)


def _rounded(value: Setting) -> Setting:
    return round(value, 3) if isinstance(value, float) else value
