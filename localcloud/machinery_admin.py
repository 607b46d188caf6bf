"""What drills may ask of the machinery over ``/_cloud/``.

``GET logs?since=N&function=NAME``; ``GET sandboxes``; ``POST kills`` (``{"region", "function"}``, the last
optional); ``GET sinks?since=N``.
"""

from collections.abc import Mapping
from dataclasses import asdict

from localcloud.gateway import Gateway
from localcloud.machinery import Machinery


def set_admin_routes(gateway: Gateway, machinery: Machinery) -> None:
    """Add the routes, and let kill faults end sandboxes."""
    gateway.injection.killer = machinery.runner.kill
    gateway.admin.routes |= {
        ("GET", "logs"): lambda given: _logs(machinery, given),
        ("GET", "sandboxes"): lambda _given: [asdict(one) for one in machinery.runner.sandboxes()],
        ("POST", "kills"): lambda given: {"killed": _kill(machinery, given)},
        ("GET", "sinks"): lambda given: [asdict(one) for one in machinery.sinks.since(_since(given))],
    }


def _logs(machinery: Machinery, given: Mapping[str, object]) -> object:
    function = given.get("function")
    lines = machinery.logs.since(_since(given), None if function is None else str(function))
    return [asdict(line) for line in lines]


def _kill(machinery: Machinery, given: Mapping[str, object]) -> int:
    """Kill the running sandboxes of a region, or of one function there; return how many."""
    if "region" not in given:
        raise ValueError("name the region whose sandboxes are to be killed")
    wanted = {name: str(given[name]) for name in ("region", "function") if given.get(name)}
    return machinery.runner.kill_all(wanted)


def _since(given: Mapping[str, object]) -> int:
    return int(str(given.get("since", 0)))
