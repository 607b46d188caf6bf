"""The figures of docs/resync.md: `python -m tests.failover.resync.measure [ITEMS ...]`.

Each size is compared by a process of its own, over tables that take no memory themselves.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evaluation import ROOT
from failover.replication.meetings import Rules
from tests.failover.resync.planted import EXCLUDED, planted, sites
from tests.failover.resync.two_tables import TwoTables, numbers

SIZES = (100_000, 1_000_000)
COPIED = 10_000


class Killed(BaseException):
    """The process ends here."""


def verified(size: int) -> dict[str, object]:
    """Compare two tables; the differences must be those that were planted."""
    before = _resident_mb()
    with tempfile.TemporaryDirectory() as folder:
        rules = Rules(ttl_attribute="expires", excluded=EXCLUDED)
        two = TwoTables(Path(folder), rules=rules, sites=sites(size), segments=8)
        began = time.monotonic()
        result, lines = two.verify()
        seconds, most = time.monotonic() - began, _resident_mb()
        disk = sum(file.stat().st_size for file in Path(folder).iterdir())
    told = [json.loads(line) for line in lines]
    return {
        "items": size,
        "exact": {one["key"]["id"]["S"]: one["kind"] for one in told} == planted(size),
        "differences": len(lines),
        "read": result.items,
        "seconds": round(seconds, 1),
        "items_per_second": round(2 * size / seconds),
        "resident_mb_before": before,
        "resident_mb_most": most,
        "disk_mb": round(disk / 2**20, 1),
    }


def copied(size: int = COPIED, parts: int = 5) -> dict[str, object]:
    """Copy a table, killed several times on the way; count what was written."""
    with tempfile.TemporaryDirectory() as folder:
        two = TwoTables(Path(folder), segments=8)
        two.put("primary", *numbers(0, size))
        for part in range(1, parts):
            _kill_after(two, part * size // parts)
        two.sites["secondary"].before = lambda _operation: None
        two.backfill()
        again = two.sites["secondary"].writes
        alike = two.sites["secondary"].items == two.sites["primary"].items
        return {"items": size, "kills": parts - 1, "writes": again, "alike": alike}


def _kill_after(two: TwoTables, writes: int) -> None:
    def before(_operation: str) -> None:
        if two.sites["secondary"].calls["PutItem"] > writes:
            two.sites["secondary"].calls["PutItem"] -= 1  # it was not made
            raise Killed

    two.sites["secondary"].before = before
    try:
        two.backfill()
    except Killed:
        return
    raise AssertionError("it ended before it was killed")


def _resident_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def main() -> None:
    """Print one JSON document a line."""
    match sys.argv[1:]:
        case ["--one", one]:
            print(json.dumps(verified(int(one))))
        case given:
            print(json.dumps(copied()))
            for size in map(int, given or SIZES):
                command = [sys.executable, "-m", "tests.failover.resync.measure", "--one", str(size)]
                print(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout, end="")


if __name__ == "__main__":
    main()
