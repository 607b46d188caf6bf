"""The HTTP side of running drills: JSON over ``/_cloud/``, for processes other than the cloud's own."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TypeAlias
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from localcloud.calls import CallLog
from localcloud.faults import Fault, FaultBook
from localcloud.regions import World
from localcloud.request import CUTS, Response

PREFIX = "/_cloud/"
Given: TypeAlias = Mapping[str, object]
"""The query's values, or the fields of a JSON body."""

AdminHandler: TypeAlias = Callable[[Given], object]
"""Takes what was given, gives what is written as JSON; a ValueError is answered with 400 and its text."""

log = logging.getLogger(__name__)


class Admin:
    """Faults, regions and the log of calls over HTTP; others add routes of their own: ``(method, path)``.

    ``GET``, ``POST`` (a Fault), ``DELETE`` (``?id=``) on ``faults``; ``GET`` and ``POST`` (``{"region", "action":
    "darken"|"isolate"|"restore", "how"}``) on ``regions``; ``GET calls?since=N``; ``GET health``.
    """

    def __init__(self, world: World, faults: FaultBook, calls: CallLog) -> None:
        self._world = world
        self._faults = faults
        self._calls = calls
        self.routes: dict[tuple[str, str], AdminHandler] = {
            ("GET", "health"): lambda _given: {"ready": True},
            ("GET", "faults"): lambda _given: self._faults.state(),
            ("POST", "faults"): lambda given: {"id": self._faults.add(Fault.from_json(given))},
            ("DELETE", "faults"): self._clear,
            ("GET", "regions"): lambda _given: self._world.state(),
            ("POST", "regions"): self._change,
            ("GET", "calls"): self._since,
        }

    @staticmethod
    def owns(environ: WSGIEnvironment) -> bool:
        """Say whether a call is for the cloud itself and not for a service in it."""
        return str(environ.get("PATH_INFO", "")).startswith(PREFIX)

    def answer(self, environ: WSGIEnvironment, body: bytes) -> Response:
        """Answer an administrator's call."""
        route = (str(environ["REQUEST_METHOD"]), str(environ["PATH_INFO"]).removeprefix(PREFIX))
        handler = self.routes.get(route)
        if handler is None:
            return _json(404, {"error": f"no {route[0]} {PREFIX}{route[1]}"})
        try:
            return _json(200, handler(_given(environ, body)))
        except ValueError as error:
            return _json(400, {"error": str(error)})

    def _clear(self, given: Given) -> object:
        fault_id = given.get("id")
        self._faults.clear(None if fault_id is None else str(fault_id))
        return self._faults.state()

    def _change(self, given: Given) -> object:
        action, how = given.get("action"), given.get("how", "blackhole")
        region = None if given.get("region") is None else str(given["region"])
        if action == "restore":
            self._world.restore(region)
        elif action == "darken" and region and how in CUTS:
            self._world.darken(region, next(cut for cut in CUTS if cut == how))
        elif action == "isolate" and region:
            self._world.isolate(region)
        else:
            raise ValueError(f"give region and action darken (how: {', '.join(CUTS)}), isolate or restore, not {given}")
        log.info("region changed", extra={"action": action, "region": region, "how": how})
        return self._world.state()

    def _since(self, given: Given) -> object:
        return [asdict(call) for call in self._calls.since(int(str(given.get("since", 0))))]


def _given(environ: WSGIEnvironment, body: bytes) -> Given:
    query = dict(parse_qsl(str(environ.get("QUERY_STRING", ""))))
    fields = json.loads(body) if body else {}
    if isinstance(fields, dict):
        return {**query, **fields}
    raise ValueError(f"give a JSON object, not {body[:40]!r}")


def _json(status: int, content: object) -> Response:
    return Response(status=status, body=json.dumps(content).encode(), headers={"Content-Type": "application/json"})
