"""One declared resource on its way to being real at Linode, and the way back if it does not arrive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Self, TypeAlias

from evaluation import Registration, Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import CallFailed, LinodeApi, Told
from localcloud.create.linode.given import Given

LOOK_SECONDS = 0.25
LONGEST_LOOK_SECONDS = 2.0
READY_SECONDS = 300.0
"""How long a resource may take to be ready; the provider gives an instance 15 minutes, a database an hour."""


class NotReady(Exception):
    """What was made did not become what it should be."""


@dataclass(frozen=True, kw_only=True)
class LinodeCreation:
    """What a creator works with. ``undo`` takes back what was made, the newest last."""

    registration: Registration
    given: Given
    api: LinodeApi
    undo: list[Callable[[], object]] = field(default_factory=list)

    @classmethod
    def of(cls, registration: Registration, api: LinodeApi) -> Self:
        """Begin with nothing read and nothing made."""
        return cls(registration=registration, given=Given(registration.inputs), api=api)

    def make(self, path: str, body: Mapping[str, Value], key: str = "id") -> Told:
        """Create something in a collection; it is deleted again if the rest fails.

        Raises:
            CallFailed: Linode refuses.
        """
        told = self.api.post(path, body)
        self.undo.append(partial(self.api.delete, f"{path}/{told[key]}"))
        return told

    def wait_until(self, path: str, is_ready: Callable[[Told], bool]) -> Told:
        """Look at something until it is ready.

        Raises:
            CallFailed: it cannot be looked at, as it may be gone.
            NotReady: it takes too long.
        """
        waited, pause = 0.0, LOOK_SECONDS
        while waited < READY_SECONDS:
            told = self.api.get(path)
            if is_ready(told):
                return told
            self.api.wait(pause)
            waited, pause = waited + pause, min(2 * pause, LONGEST_LOOK_SECONDS)
        raise NotReady(f"{path} is {told.get('status')} after {READY_SECONDS:.0f} s")

    def check_jobs(self, kind: str, entity_id: Value) -> None:
        """Look for work on what was made that failed, which its status alone does not tell.

        Raises:
            NotReady: there is some.
        """
        about: dict[str, Value] = {"entity.id": entity_id, "entity.type": kind}
        for event in self.api.list("/account/events", about):
            if event["status"] == "failed":
                raise NotReady(f"{kind} {entity_id}: {event['action']} failed: {event['message']}")

    def take_back(self) -> list[str]:
        """Undo what was done, the newest first; tell what could not be undone."""
        left = []
        for step in reversed(self.undo):
            try:
                step()
            except CallFailed as failed:
                left.append(str(failed))
        return left


Creator: TypeAlias = Callable[[LinodeCreation], Created]


def id_of(told: Told) -> str:
    """Give a number as the provider gives ids: as text."""
    return str(told["id"])


def texts(value: Value) -> list[str]:
    """Give a list of texts of an answer."""
    return [str(item) for item in value] if isinstance(value, list) else []


def objects(value: Value) -> list[dict[str, Value]]:
    """Give a list of objects of an answer."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def inner(value: Value) -> dict[str, Value]:
    """Give an object of an answer, empty if it is null."""
    return value if isinstance(value, dict) else {}
