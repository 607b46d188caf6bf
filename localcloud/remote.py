"""The cloud's own HTTP interface, ``/_cloud/``, from another process."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from localcloud.admin import PREFIX
from localcloud.faults import Fault
from localcloud.request import Cut

TIMEOUT_SECONDS = 10.0


class Refused(ValueError):
    """The cloud did not do what it was asked; the text says why."""


class Remote:
    """Asks the cloud for itself, not for a service in it."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def list(self, path: str, **query: str) -> list[dict[str, object]]:
        """Get a list of objects."""
        answer = self._ask("GET", path, query, None)
        return answer if isinstance(answer, list) else []

    def get(self, path: str) -> Mapping[str, object]:
        """Get an object."""
        return _object(self._ask("GET", path, {}, None))

    def post(self, path: str, content: Mapping[str, object]) -> Mapping[str, object]:
        """Post an object and return the answer."""
        return _object(self._ask("POST", path, {}, content))

    def delete(self, path: str, **query: str) -> None:
        """Delete what the query names."""
        self._ask("DELETE", path, query, None)

    def _ask(self, method: str, path: str, query: Mapping[str, str], content: Mapping[str, object] | None) -> object:
        url = f"{self._endpoint}{PREFIX}{path}?{urlencode(query)}"
        body = None if content is None else json.dumps(content).encode()
        request = Request(url, data=body, method=method, headers={"Content-Type": "application/json"})  # noqa: S310
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 a loopback address
                return json.loads(answer.read())
        except HTTPError as error:
            raise Refused(error.read().decode()) from error


class Faults:
    """The faults in force."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def add(self, fault: Fault) -> str:
        """Put a fault in force; return its id."""
        return str(self._remote.post("faults", asdict(fault))["id"])

    def clear(self, fault_id: str | None = None) -> None:
        """Lift one fault, or all."""
        self._remote.delete("faults", **({"id": fault_id} if fault_id else {}))

    def state(self) -> list[dict[str, object]]:
        """Return the faults in force with the calls they matched and hit."""
        return self._remote.list("faults")


class Regions:
    """Which regions are dark or isolated."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def darken(self, region: str, how: Cut = "blackhole") -> None:
        """Lose a region."""
        self._remote.post("regions", {"region": region, "action": "darken", "how": how})

    def isolate(self, region: str) -> None:
        """Cut a region's links to all others."""
        self._remote.post("regions", {"region": region, "action": "isolate"})

    def restore(self, region: str | None = None) -> None:
        """Bring one region back, or all."""
        self._remote.post("regions", {"region": region, "action": "restore"})

    def state(self) -> Mapping[str, object]:
        """Return the regions that are not whole."""
        return self._remote.get("regions")


def _object(answer: object) -> Mapping[str, object]:
    return answer if isinstance(answer, dict) else {}
