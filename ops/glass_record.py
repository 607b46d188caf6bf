"""The record of a broken glass: a local file of JSON lines, each on disk before what it tells of is done."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from failover.break_glass import Glass, Known
from ops.refusal import REFUSED, end

OPENED = "opened"
MERGED = "merged"


class GlassRecord:
    """One file; only its owner may read it, and only lines are added to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, glass: Glass) -> Glass:
        """Begin the record, or go on with an unmerged one of the same tier, stack and target; return what it says.

        Raises:
            Ended: the file is another record, or a merged one.
        """
        if not self.path.exists():
            self.add(OPENED, {**asdict(glass), "epoch": glass.epoch})
            return glass
        kept = self.read()
        if (kept.stack, kept.tier, kept.target) != (glass.stack, glass.tier, glass.target) or self.is_merged():
            end(REFUSED, f"refused: {self.path} is the record of {kept.id}", "name another file with --record")
        return kept

    def add(self, step: str, told: Mapping[str, object]) -> None:
        """Add a line and see it on disk."""
        line = json.dumps({"step": step, **told}, default=str, sort_keys=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Glass:
        """Read the first line.

        Raises:
            Ended: it is no such record.
        """
        try:
            return _glass(self.lines()[0])
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            end(REFUSED, f"refused: {self.path} is no record of a broken glass: {error!r}", "mind the file's name")

    def lines(self) -> list[dict[str, Any]]:
        """Read all lines, oldest first."""
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    def is_merged(self) -> bool:
        """Say whether the control table has it."""
        return any(line["step"] == MERGED for line in self.lines())


def _glass(line: Mapping[str, Any]) -> Glass:
    texts = {name: str(line[name]) for name in ("id", "stack", "tier", "by", "reason", "proof")}
    known = Known(**line["known"])
    return Glass(known=known, target=line["target"], at=datetime.fromisoformat(line["at"]), **texts)
