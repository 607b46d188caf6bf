"""What an operation starts and the cloud carries out later: creation, boot, shutdown, resizing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from localcloud.caller import Caller
from localcloud.faults import Fault, FaultBook
from localcloud.linode.account import Account
from localcloud.linode.delays import LinodeDelays
from localcloud.linode.entities.event import Entity, Event
from localcloud.linode.events import conclude, note
from localcloud.linode.identify import SERVICE
from localcloud.linode.refusals import invalid
from localcloud.regions import World
from localcloud.request import Request
from localcloud.timers import Timers

LOOK_AGAIN_SECONDS = 0.1
HELD = frozenset({"blackhole", "throttle"})
BUSY = "Linode busy."
DATACENTER = Caller(kind="datacenter", region="-", name="linode", instance="0")
"""Who carries jobs out; unlike the cloud itself, not exempt from faults."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work on one entity. ``action`` is that of its event; ``done`` and ``failed`` run under the account's lock.

    Neither may count on the entity: it may have been deleted meanwhile.
    """

    action: str
    region: str
    entity: Entity
    seconds: float
    done: Callable[[], None]
    failed: Callable[[], None] = lambda: None


class Jobs:
    """Carries jobs out when they are due. While a job's region is dark it waits, as its machines do.

    A fault for service ``linode`` whose operation is the action (``linode_create``) hits the job when it is due:
    ``error`` makes it fail, ``latency`` puts it off, ``blackhole`` holds it until the fault is lifted.
    """

    def __init__(self, account: Account, timers: Timers, world: World, faults: FaultBook, delays: LinodeDelays) -> None:
        self._account = account
        self.delays = delays
        self._timers = timers
        self._world = world
        self._faults = faults
        self._running: dict[int, Job] = {}

    def start(self, job: Job) -> Event:
        """Write the job's event and have it carried out.

        Raises:
            Refused: something is under way with the entity already (400, "Linode busy.").
        """
        if job.entity.type == "linode":
            self.check_idle(job.entity.id)
        event = note(self._account, job.action, job.entity, "started")
        self._running[event.id] = job
        self._timers.after(job.seconds, partial(self._finish, event, job))
        return event

    def check_idle(self, linode_id: int | str) -> None:
        """Refuse to start anything with an instance that something is under way with.

        Raises:
            Refused: it is busy (400).
        """
        entities = [job.entity for job in self._running.values()]
        if any(entity.type == "linode" and entity.id == linode_id for entity in entities):
            raise invalid(BUSY)

    def _finish(self, event: Event, job: Job) -> None:
        wait = self._wait(job)
        if wait is None:
            return self._timers.after(LOOK_AGAIN_SECONDS, partial(self._finish, event, job))
        hits, postponed = wait
        if postponed:
            return self._timers.after(postponed, partial(self._end, event, job, hits))
        return self._end(event, job, hits)

    def _wait(self, job: Job) -> tuple[tuple[Fault, ...], float] | None:
        """Give the faults that hit a job and the seconds they put it off; None while it cannot go on."""
        if not self._world.up(job.region):
            return None
        hits = self._faults.hit(_as_request(job))
        if any(fault.effect in HELD for fault in hits):
            return None
        return hits, sum(self._faults.draw(fault) for fault in hits if fault.effect == "latency")

    def _end(self, event: Event, job: Job, hits: tuple[Fault, ...]) -> None:
        failures = [fault.id for fault in hits if fault.effect == "error"]
        with self._account.lock:
            self._running.pop(event.id, None)
            message = f"failed: injected by {failures[0]}" if failures else ""
            conclude(self._account, event, "failed" if failures else "finished", job.seconds, message)
            (job.failed if failures else job.done)()
        log.info("job ended", extra={"action": job.action, "entity": job.entity.id, "failed": bool(failures)})


def _as_request(job: Job) -> Request:
    return Request(
        caller=DATACENTER,
        region=job.region,
        service=SERVICE,
        operation=job.action,
        params={"id": job.entity.id, "label": job.entity.label},
        body=b"",
        environ={},
    )
