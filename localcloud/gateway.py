"""The one way into the embedded cloud."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from localcloud.calls import CallLog
from localcloud.identify import identify
from localcloud.moto_cloud import MotoCloud
from localcloud.regions import World
from localcloud.request import Handler, Request, Response, Severed
from wsgiref.types import WSGIEnvironment


class Gateway:
    """Judges each call as the cloud's network and front doors would, then lets a route or moto answer it."""

    def __init__(self, moto: MotoCloud, world: World) -> None:
        self._moto = moto
        self.world = world
        self.calls = CallLog()
        self.routes: dict[tuple[str, str], Handler] = {}

    def answer(self, environ: WSGIEnvironment, body: bytes) -> Response:
        """Answer one HTTP call.

        Raises:
            Severed: the caller gets no answer.
        """
        request = identify(environ, body)
        try:
            response = self._through_the_network(request)
        except Severed as severed:
            self.calls.add(request, None, severed.cause)
            raise
        self.calls.add(request, response.status, None)
        return response

    def _through_the_network(self, request: Request) -> Response:
        self._pass(request)
        response = self.handle(request)
        self._pass(request)
        return response

    def _pass(self, request: Request) -> None:
        cut = self.world.cut(request.caller, request.region)
        if cut is not None:
            held: Callable[[], bool] = lambda: self.world.cut(request.caller, request.region) is not None  # noqa: E731
            raise Severed(cut, f"{request.region} cannot be reached", held)

    def handle(self, request: Request) -> Response:
        """Carry out a call that got through: by its route if one is set, else by moto."""
        route = self.routes.get((request.service, request.operation), self.moto)
        return route(request)

    def moto(self, request: Request) -> Response:
        """Let moto carry out the call."""
        return self._moto.call(request)

    def lock(self, service: str) -> AbstractContextManager[bool]:
        """Give the lock to hold while touching a service's moto backend."""
        return self._moto.lock(service)
