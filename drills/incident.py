"""An incident handled with `lifeboat` alone, from the page to the way back: `python -m drills.incident` prints it.

The region is lost under load in an embedded cloud; every command is run, and what it prints is neither made up nor cut.
"""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from drills.availability import unavailable_seconds
from drills.events import EventLog
from drills.ground import STACK, Ground, prepared
from drills.load_process import LoadProcess
from drills.load_spec import LoadSpec
from drills.looks import page_text
from drills.person import Person
from drills.recorder import Operation, read_operations
from drills.running import Operator, Regions, Said
from failover.clock import Clock, SystemClock
from failover.sites import Sites

FOLDER = Path("out/incident")
SEED = 1
PAGE_SECONDS = 90.0
BACK_SECONDS = 180.0
LOOK_SECONDS = 0.5
CALM_SECONDS = 5.0
WHY = ("--reason", "INC-42: the region is back")


class NotAsExpected(Exception):
    """A command or a page did not come to what the incident is about."""


@dataclass(kw_only=True)
class Incident:
    """What is seen and done; ``pages`` gives the texts of all that reached people, oldest first."""

    operator: Operator
    regions: Regions
    sites: Sites
    pages: Callable[[], Iterable[str]]
    clock: Clock
    say: Callable[[str], None]
    told: list[str] = field(default_factory=list)
    lost_at: float | None = None

    def handle(self) -> None:
        """Go through it.

        Raises:
            NotAsExpected: it went another way; what was seen so far has been said.
        """
        self.run("arm", "--reason", "released yesterday")
        self.run_until_done("readiness")
        self.run("status")
        self.lose()
        incident = self.await_page("is active in epoch")
        self.run("status")
        self.run("journal")
        self.run("acknowledge", incident, "--for", "4h", "--reason", "INC-42, Ada is on it")
        self.run("failback", "--dry-run", code=1)
        self.run("readiness", code=1)
        self.bring_back()
        self.run_until_done("readiness")
        self.run_until_done("failback", "--dry-run")
        self.run("failback", *WHY, "--yes")
        self.await_page("primary is active in epoch")
        self.run("journal")
        self.run("status")

    def lose(self) -> None:
        """Lose the primary region: every call to it hangs."""
        self.clock.sleep(CALM_SECONDS)
        self.lost_at = self.clock.monotonic()
        self.note(f"{self.sites.primary} is lost: every call to it hangs")
        self.regions.darken(self.sites.primary)

    def bring_back(self) -> None:
        """Bring it back."""
        self.regions.restore(self.sites.primary)
        self.note(f"{self.sites.primary} answers again")

    def await_page(self, words: str) -> str:
        """Say every page until one has the words, and return its incident.

        Raises:
            NotAsExpected: none has, in time.
        """
        deadline = self.clock.monotonic() + PAGE_SECONDS
        while self.clock.monotonic() < deadline:
            for text in self._new_pages():
                self.note(f"the phone rings\n\n{text}")
                if words in text:
                    return _incident(text)
            self.clock.sleep(LOOK_SECONDS)
        raise NotAsExpected(f"nobody was told {words!r}")

    def run(self, *arguments: str, code: int = 0) -> None:
        """Run a command, and say what it printed.

        Raises:
            NotAsExpected: it ended with another code.
        """
        said = self._said(arguments)
        if said.code != code:
            raise NotAsExpected(f"`lifeboat {arguments[0]}` ended with {said.code}, expected {code}")

    def run_until_done(self, *arguments: str) -> None:
        """Run a command again and again until it is done, and say it each time.

        Raises:
            NotAsExpected: it was not in time.
        """
        deadline = self.clock.monotonic() + BACK_SECONDS
        while self._said(arguments).code:
            if self.clock.monotonic() > deadline:
                raise NotAsExpected(f"`lifeboat {arguments[0]}` was refused for {BACK_SECONDS:g} s")
            self.clock.sleep(CALM_SECONDS)

    def note(self, text: str) -> None:
        """Say something that is no output of a command, with the seconds since the region was lost."""
        since = "" if self.lost_at is None else f"+{self.clock.monotonic() - self.lost_at:.0f} s  "
        self.say(f"\n--- {since}{text}")

    def _said(self, arguments: tuple[str, ...]) -> Said:
        words = " ".join(f"'{word}'" if " " in word else word for word in arguments)
        self.note(f"$ lifeboat {words} -s {STACK}\n")
        said = self.operator.lifeboat(*arguments)
        self.say(said.output + (f"\n(exit code {said.code})" if said.code else ""))
        return said

    def _new_pages(self) -> list[str]:
        """Slack and the mailbox get the same text: it is one page."""
        fresh = list(dict.fromkeys(text for text in self.pages() if text not in self.told))
        self.told += fresh
        return fresh


def _incident(text: str) -> str:
    return next(line.removeprefix("Incident: ") for line in text.splitlines() if line.startswith("Incident: "))


def felt(operations: tuple[Operation, ...]) -> str:
    """Say what cooperating clients felt of it."""
    writes = [one for one in operations if one.is_write and one.cooperates]
    done = sum(one.acknowledged for one in writes)
    return f"{done} of {len(writes)} writes acknowledged; {unavailable_seconds(operations):.1f} s without one, in all"


def _happened(ground: Ground, folder: Path) -> None:
    incident = Incident(
        operator=Person(ground, folder),
        regions=ground.cloud.regions,
        sites=ground.stack.tier.sites,
        pages=lambda: [page_text(str(page["body"])) for page in ground.cloud.sinks()],
        clock=SystemClock(),
        say=print,
    )
    load = LoadSpec(tier=ground.stack.tier, table=ground.table, log=folder / "load.jsonl", seed=SEED)
    with LoadProcess(load, ground.cloud.endpoint):
        incident.handle()
    incident.note(f"clients of both sites: {felt(read_operations(load.log))}")


def main() -> int:
    """Start a cloud, let it happen, print it; 1 if it went another way."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "load.jsonl").unlink(missing_ok=True)
    events = EventLog(FOLDER / "events.jsonl", time.monotonic)
    try:
        with prepared(events, SEED) as ground:
            _happened(ground, FOLDER)
    except NotAsExpected as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        events.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
