"""The one way into the embedded cloud."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from wsgiref.types import WSGIEnvironment

from localcloud import calendar
from localcloud.admin import Admin, Given
from localcloud.calendar import Calendar
from localcloud.calls import CallLog
from localcloud.faults import FaultBook
from localcloud.identify import identify
from localcloud.injection import Injection
from localcloud.latency import Latency, Profile
from localcloud.linode.identify import SERVICE as LINODE
from localcloud.moto_cloud import MotoCloud
from localcloud.protocols import denied
from localcloud.public_objects import PublicObjects
from localcloud.regions import World
from localcloud.request import Handler, Request, Response, Severed
from localcloud.roles import Roles

EVERY_OPERATION = "*"


class Gateway:
    """Judges each call as the cloud's network and front doors would, then lets a route or moto answer it.

    In order: the network between caller and region, faults, the way there, the caller's role, the route, faults again,
    the way back. A call whose region is lost while it is carried out loses its reply.
    """

    def __init__(
        self,
        moto: MotoCloud,
        world: World,
        *,
        latency: Latency | None = None,
        faults: FaultBook | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._moto = moto
        self.sleep = sleep
        self.world = world
        self.latency = latency or Latency(Profile())
        self.faults = faults or FaultBook()
        self.injection = Injection(self.faults, sleep)
        self.calendar = Calendar()
        self.roles = Roles(moto, self.calendar.now)
        self._public = PublicObjects(moto)
        self.calls = CallLog()
        self.admin = Admin(world, self.faults, self.calls)
        self.admin.routes["GET", "decisions"] = self._decisions
        calendar.set_admin_routes(self.admin, self.calendar)
        self.routes: dict[tuple[str, str], Handler] = {}

    def answer(self, environ: WSGIEnvironment, body: bytes) -> Response:
        """Answer one HTTP call.

        Raises:
            Severed: the caller gets no answer.
        """
        if self.admin.owns(environ):
            return self.admin.answer(environ, body)
        request = self._identified(environ, body)
        try:
            response, fault = self._through_the_network(request)
        except Severed as severed:
            self.calls.add(request, None, severed.cause)
            raise
        self.calls.add(request, response.status, fault)
        return response

    def is_reached_by(self, environ: WSGIEnvironment) -> bool:
        """Say whether a call gets through the network, judged by its head alone."""
        return not self._is_cut(self._identified(environ, b""))

    def _identified(self, environ: WSGIEnvironment, body: bytes) -> Request:
        return self._public.placed(identify(environ, body))

    def _through_the_network(self, request: Request) -> tuple[Response, str | None]:
        """Give the answer, and the faults that hit the call."""
        self._pass(request)
        hits = self.faults.hit(request)
        response = self.injection.before(request, hits) or self._carried_out(request)
        self.injection.after(request, hits)
        return response, ",".join(fault.id for fault in hits) or None

    def _carried_out(self, request: Request) -> Response:
        """Take the call there and its answer back."""
        self._travel(request)
        # no AWS role says what may be done at Linode; its own tokens do
        refusal = None if request.service == LINODE else self.roles.refusal(request) or self._public.refusal(request)
        response = denied(request, refusal) if refusal else self.handle(request)
        self._travel(request)
        return response

    def _travel(self, request: Request) -> None:
        seconds = self.latency.one_way(request)
        if seconds:
            self.sleep(seconds)
        self._pass(request)

    def _pass(self, request: Request) -> None:
        cut = self.world.cut(request.caller, request.region)
        if cut is not None:
            raise Severed(cut, f"no way to {request.region}", lambda: self._is_cut(request))

    def _is_cut(self, request: Request) -> bool:
        return self.world.cut(request.caller, request.region) is not None

    def _decisions(self, given: Given) -> object:
        return [asdict(one) for one in self.roles.decisions.since(int(str(given.get("since", 0))))]

    def handle(self, request: Request) -> Response:
        """Carry out a call that got through: by its operation's route, its service's, or else by moto."""
        everything = self.routes.get((request.service, EVERY_OPERATION), self.moto)
        return self.routes.get((request.service, request.operation), everything)(request)

    def moto(self, request: Request) -> Response:
        """Let moto carry out the call."""
        return self._moto.call(request)

    def lock(self, service: str) -> AbstractContextManager[bool]:
        """Give the lock to hold while touching a service's moto backend."""
        return self._moto.lock(service)
