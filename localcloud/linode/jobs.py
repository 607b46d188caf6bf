"""What an operation starts and the cloud carries out later: creation, boot, shutdown, resizing."""

import logging
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import Self

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
DATACENTER = Caller(kind="datacenter", region="-", name="linode", instance="0")
"""Who carries jobs out; unlike the cloud itself, not exempt from faults."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work on one entity. ``action`` is that of its event; ``done`` and ``failed`` run under the account's lock.

    Neither may count on the entity: it may have been deleted meanwhile. Work that is ``alone`` does not begin while
    other work on the entity is under way.
    """

    action: str
    region: str
    entity: Entity
    seconds: float
    done: Callable[[], None]
    failed: Callable[[], None] = lambda: None
    secondary: Entity | None = None
    alone: bool = True


class Jobs:
    """Carries jobs out when they are due. While a job's region is dark it waits, as its machines do.

    A fault for service ``linode`` whose operation is the action (``linode_create``) hits the job when it is due:
    ``error`` makes it fail, ``latency`` puts it off, ``blackhole`` holds it until the fault is lifted; no other effect
    is of any use there.
    """

    def __init__(self, account: Account, timers: Timers, world: World, faults: FaultBook, delays: LinodeDelays) -> None:
        self._account = account
        self.delays = delays
        self._timers = timers
        self._world = world
        self._faults = faults
        self._running: dict[int, Job] = {}

    def at_once(self) -> Self:
        """Give the same jobs for whoever sets a stack up, which no figure is taken from: none takes any time."""
        hurried = copy(self)
        hurried.delays = LinodeDelays()
        return hurried

    def start(self, job: Job) -> Event:
        """Write the job's event and have it carried out.

        Raises:
            Refused: something is under way with the entity already (400, "Linode busy.").
        """
        if job.alone:
            self.check_idle(job.entity.id, job.entity.type)
        event = note(self._account, job.action, job.entity, "started", job.secondary)
        self._running[event.id] = job
        self._timers.after(job.seconds, partial(self._finish, event, job))
        return event

    def check_idle(self, entity_id: int | str, kind: str = "linode") -> None:
        """Refuse to start anything with what something is under way with.

        Raises:
            Refused: it is busy (400).
        """
        if any((job.entity.id, job.entity.type) == (entity_id, kind) for job in self._running.values()):
            raise invalid(f"{kind.capitalize()} busy.")

    def _finish(self, event: Event, job: Job) -> None:
        """End a job that is due, or look at it again later."""
        hits = self._faults.hit(_as_request(job)) if self._world.up(job.region) else None
        if hits is None or any(fault.effect == "blackhole" for fault in hits):
            self._timers.after(LOOK_AGAIN_SECONDS, partial(self._finish, event, job))
            return
        end = partial(self._end, event, job, hits)
        postponed = sum(self._faults.draw(fault) for fault in hits if fault.effect == "latency")
        if postponed:
            self._timers.after(postponed, end)
        else:
            end()

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
