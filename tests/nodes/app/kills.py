"""Kills the receiver and the worker at random moments, and sees that no acknowledged event is lost or done twice.

`python -m tests.nodes.app.kills --kills 1000 --engine postgresql|mariadb --seed 1`; `workers` is the process that it
starts, which forks a worker of the inbox and another one whenever that ends.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from nodes.app.serve import inbox_of
from nodes.app.settings import ENGINE_NAMES, Settings
from nodes.app.worker import work, worker_of
from tests.nodes.app.deliveries import Delivery, delivery
from tests.nodes.app.http import Served, children, served
from tests.nodes.app.servers import sql_server
from tests.nodes.app.surroundings import KEYS, Place, model_server, place
from tests.waiting import eventually

SENDERS = 2
PAUSE_SECONDS = 0.02
EVENTS_OF_AN_ORDER = 4
LONGEST_LIFE_SECONDS = 0.2
RECEIVERS = 0.2  # of the kills: its processes take longer to come back
REPEATED = 0.2
LOOK_SECONDS = 0.01
SETTLE_SECONDS = 300.0


@dataclass
class Story:
    """What happened; ``acknowledged`` has each event that was answered 200."""

    acknowledged: list[Delivery] = field(default_factory=list)
    unanswered: int = 0
    repeated: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __str__(self) -> str:
        kills = ", ".join(f"{count} of the {name}" for name, count in sorted(self.killed.items()))
        return (
            f"{sum(self.killed.values())} kills ({kills}) in {self.seconds:.0f} s: {len(self.acknowledged)} events "
            f"acknowledged, {self.unanswered} deliveries without a 200, {self.repeated} repeated on purpose"
        )


class Sender(threading.Thread):
    """Shopify: sends each event until it is answered 200, and some of them once more."""

    def __init__(self, web: Served, story: Story, number: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._web = web
        self._story = story
        self._number = number
        self._chance = random.Random(seed + number)  # noqa: S311 - no secret
        self.enough = threading.Event()

    def run(self) -> None:
        """Send until told that it is enough, and the last one to its end."""
        sent = 0
        while not self.enough.wait(PAUSE_SECONDS):
            number = self._number + SENDERS * (sent // EVENTS_OF_AN_ORDER)
            one = delivery(f"event-{self._number}-{sent}", number, minute=sent % EVENTS_OF_AN_ORDER)
            self._until_acknowledged(one)
            self._story.acknowledged.append(one)
            if self._chance.random() < REPEATED:
                self._acknowledged(one)
                self._story.repeated += 1
            sent += 1

    def _until_acknowledged(self, one: Delivery) -> None:
        while not self._acknowledged(one):
            self._story.unanswered += 1

    def _acknowledged(self, one: Delivery) -> bool:
        try:
            return self._web.ask("POST", "/webhooks/shopify", one.body, one.headers).status == 200
        except (OSError, HTTPException):
            return False


def lived_through(site: Place, kills: int, seed: int) -> Story:
    """Kill processes under load, let the rest be worked off, and check all of it.

    Raises:
        AssertionError: an event was lost, set aside or done twice.
    """
    story, chance, began = Story(), random.Random(seed), time.monotonic()  # noqa: S311 - no secret
    with served(site, "web") as web, workers(site) as nursery:
        senders = [Sender(web, story, number, seed) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for _ in range(kills):
            receiver = chance.random() < RECEIVERS
            _kill(web.process.pid if receiver else nursery, chance)
            story.killed["receiver" if receiver else "worker"] += 1
        for sender in senders:
            sender.enough.set()
        for sender in senders:
            sender.join()
        eventually(lambda: not list(site.inbox().waiting()), SETTLE_SECONDS, "the inbox is worked off")
    story.seconds = time.monotonic() - began
    _check(site, story)
    return story


def _kill(parent: int, chance: random.Random) -> None:
    """Kill one child of a process after a random time; children come back by themselves."""
    end = time.monotonic() + chance.uniform(0.0, LONGEST_LIFE_SECONDS)
    eventually(lambda: time.monotonic() >= end, SETTLE_SECONDS, "the time passes")
    eventually(lambda: _killed(chance.choice(children(parent) or [0])), SETTLE_SECONDS, "a process to kill")


def _killed(process: int) -> bool:
    if process:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.kill(process, signal.SIGKILL)
            return True
    return False


def _check(site: Place, story: Story) -> None:
    expected = Counter(number_of(one) for one in story.acknowledged)
    applied = {str(key) for (key,) in site.admin("SELECT event_key FROM applied_events")}
    effects = {str(number): int(str(count)) for number, count in site.admin("SELECT number, revision FROM orders")}
    assert applied == {one.event.key for one in story.acknowledged}, "events without an effect, or effects of no event"
    assert effects == expected, "effects that are not one for each event"
    assert {one.event.key for one in site.inbox().done()} == applied, "events that no replay would find"
    assert list(site.inbox().aside()) == [], "events set aside"


def number_of(one: Delivery) -> str:
    return str(json.loads(one.body)["id"])


@contextlib.contextmanager
def workers(site: Place) -> Iterator[int]:
    """Run workers, one at a time; gives the process whose child each is."""
    command = [sys.executable, "-m", "tests.nodes.app.kills", "workers"]
    with subprocess.Popen(command, env={**os.environ, **site.environment()}, start_new_session=True) as nursery:
        try:
            yield nursery.pid
        finally:
            os.killpg(nursery.pid, signal.SIGKILL)


def fork_workers() -> None:
    """Fork a worker whenever there is none; its clients are made before, and have no connection yet."""
    settings = Settings.from_env(os.environ)
    inbox = inbox_of(settings)
    while True:
        child = os.fork()
        if child == 0:
            work(worker_of(settings, inbox), settings.retention_days, threading.Event(), look_seconds=LOOK_SECONDS)
        os.waitpid(child, 0)


def main() -> None:
    """Run what the arguments say, with servers of its own, and tell what happened."""
    asked = argparse.ArgumentParser(prog="python -m tests.nodes.app.kills")
    asked.add_argument("--kills", type=int, default=1000)
    asked.add_argument("--engine", choices=ENGINE_NAMES, default=ENGINE_NAMES[0])
    asked.add_argument("--seed", type=int, default=1)
    chosen = asked.parse_args()
    os.environ.update(KEYS)
    with model_server() as endpoint, sql_server(chosen.engine) as server, tempfile.TemporaryDirectory() as folder:
        os.environ["AWS_ENDPOINT_URL"] = endpoint
        with place(server, Path(folder)) as site:
            print(f"{chosen.engine}: {lived_through(site, chosen.kills, chosen.seed)}; none lost, each effect once")


if __name__ == "__main__":
    if sys.argv[1:] == ["workers"]:
        fork_workers()
    main()
