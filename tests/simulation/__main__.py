"""`make simulate SEED=1 RUNS=1000`: clean schedules and their rate, or the story of the first that broke a law."""

import argparse
import resource
import sys
import time
from collections import Counter

from tests.simulation.runs import run_many, story


def main() -> int:
    """Run the seeds; exit 1 if one broke a law."""
    asked = _asked()
    began, done, seen, broken = time.monotonic(), 0, Counter[str](), dict[int, str]()
    for found in run_many(range(asked.seed, asked.seed + asked.runs), asked.processes):
        done += found.schedules
        seen += found.seen
        broken |= found.broken
        if sys.stderr.isatty():
            print(f"\r{done} schedules, {done / (time.monotonic() - began):.0f} a second", end="", file=sys.stderr)
    if asked.runs == 1:
        print("\n".join(story(asked.seed)))
    for what, count in sorted(seen.items()):
        print(f"{count:9d}  {what}")
    seconds, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    print(
        f"{done} schedules in {seconds:.0f} s, {done / seconds:.0f} a second, {cpu / done * 1000:.1f} ms of a core each"
    )
    print(f"{len(broken)} broke a law")
    if broken:
        _show(broken)
    return 1 if broken else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--runs", type=_at_least_one, default=1000, help="how many; one tells its story")
    parser.add_argument("--processes", type=_at_least_one, default=2)
    return parser.parse_args()


def _at_least_one(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{count} is too few, ask for 1 or more")
    return count


def _show(broken: dict[int, str]) -> None:
    for seed, why in sorted(broken.items())[:20]:
        print(f"seed {seed}: {why}")
    first = min(broken)
    print(f"\nseed {first}; again: make simulate SEED={first} RUNS=1", *story(first), sep="\n")


if __name__ == "__main__":
    sys.exit(main())
