"""What a person does with `lifeboat` once a region is back too late: divergence, verify, repair, verify."""

import json
from collections.abc import Iterable, Mapping

from drills.accounting import Contents
from drills.differences import held_against
from drills.recorder import read_operations
from drills.running import Drill, Said, current
from drills.stack import LOADED_TABLE

DONE, REFUSED = 0, 1
FOUND, CHECKPOINT = "differences.jsonl", "checkpoint"
LAG = ("--lag", "10")  # seconds: this machine may be slow
REASON = ("--reason", "a drill", "--yes")


class Unexpected(Exception):
    """A command said something else than it had to; the message is what it said."""


def divergence_is_incomplete() -> bool:
    """See that `lifeboat divergence` calls its list incomplete.

    Raises:
        Unexpected: it says something else.
    """
    said = current().operator.lifeboat("divergence")
    if said.code != DONE or "listed; incomplete: " not in said.output:
        raise Unexpected(f"divergence ended with {said.code}: {said.output[-500:]}")
    return True


def verify_finds_what_differs() -> bool:
    """See that `lifeboat verify` finds differences, and hold them against the clients' logs.

    Raises:
        Unexpected: it found none, or broke off.
    """
    drill = current()
    before = drill.operator.contents()
    said = _verify(drill)
    if said.code != REFUSED or "is not alike" not in said.output:
        raise Unexpected(f"verify ended with {said.code}: {said.output[-500:]}")
    found = (drill.operator.folder / FOUND).read_text(encoding="utf-8").splitlines()
    _hold_against_logs(drill, [_key(line) for line in found], before)
    return True


def repair_what_differs() -> str:
    """Let `lifeboat repair` settle what `verify` found.

    Raises:
        Unexpected: it did not come to its end.
    """
    drill = current()
    said = drill.operator.lifeboat("repair", LOADED_TABLE, "--differences", FOUND, "--excluded", "", "--json", *REASON)
    if said.code != DONE:
        raise Unexpected(f"repair ended with {said.code}: {said.output[-500:]}")
    counts = json.loads(said.output.splitlines()[-1])["counts"]
    drill.events.write("measured", None, losers_listed_by_repair=counts.get("diverged", 0))
    return str(counts)


def verify_finds_nothing() -> bool:
    """See that `lifeboat verify` calls the table alike.

    Raises:
        Unexpected: it does not.
    """
    said = _verify(current())
    if said.code != DONE or "is alike" not in said.output:
        raise Unexpected(f"verify ended with {said.code}: {said.output[-500:]}")
    return True


def redrive_what_was_put_aside() -> str:
    """Let `lifeboat redrive` carry over what waited for too long; it brings nothing that is not known by now.

    Raises:
        Unexpected: some of it was not carried over.
    """
    said = current().operator.lifeboat("redrive", *REASON)
    if said.code != DONE:
        raise Unexpected(f"redrive ended with {said.code}: {said.output[-500:]}")
    return said.output.splitlines()[-1]


def _verify(drill: Drill) -> Said:
    return drill.operator.lifeboat("verify", LOADED_TABLE, "--out", FOUND, "--checkpoint", CHECKPOINT, *LAG)


def _hold_against_logs(drill: Drill, found: Iterable[str], before: Mapping[str, Contents]) -> None:
    operations = read_operations(drill.operator.folder / "load.jsonl")
    held = held_against(found, operations, before, drill.operator.contents())
    drill.events.write(
        "measured",
        None,
        differences_found=held.found,
        differences_missed=held.missed,
        differences_unfounded=held.unfounded,
    )


def _key(line: str) -> str:
    """Return the partition key of a line of `verify --out`: the load's table has no other that tells items apart."""
    key = json.loads(line)["key"]
    return str(next(iter(key.values()))["S"])
