"""Keeps a node's session fresh: renewed at half its life, in whichever control region answers."""

import base64
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from failover.backoff import Backoff
from failover.clock import Clock
from failover.enrolment.session_text import session_text
from nodes.agent.node_key import NodeKey
from nodes.agent.node_state import NodeState, StateFile
from nodes.agent.session_files import Session, SessionFiles, UnreadableSession
from nodes.agent.transport import NoAnswer, Post
from nodes.agent.waiting import Dice, Stop

log = logging.getLogger(__name__)
HALF: Final = 0.5
# Nodes that began together do not stay together.
JITTER: Final = 0.1
AFTER_NEW_ROOTS_SECONDS: Final = 5.0
AFTER_FAILURES: Final = Backoff(first_seconds=2.0, longest_seconds=60.0)
SHORTEST_WAIT_SECONDS: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class Tools:
    """``urls`` are the enrolment functions' by region; the clock is the machine's monotonic one."""

    urls: Mapping[str, str]
    key: NodeKey
    state: StateFile
    files: SessionFiles
    post: Post
    clock: Clock
    dice: Dice


class SessionKeeper:
    """One per machine. The region that answered last is asked first."""

    def __init__(self, tools: Tools, state: NodeState) -> None:
        self._tools = tools
        self._state = state
        self._order = list(tools.urls)
        self._failures = 0

    def run(self, stop: Stop) -> None:
        """Keep the session until told to stop."""
        while not stop.wait(self.refresh()):
            pass

    def refresh(self) -> float:
        """Ask for a session once in each region at most; return the seconds to wait before the next time.

        The life of a session counts from when it was asked for, on this machine's monotonic clock.
        """
        tools = self._tools
        for region in tuple(self._order):
            sent, had = tools.clock.monotonic(), tools.files.roots()
            session = self._asked(region, had)
            if session is None:
                continue
            tools.files.keep(session)
            self._failures = 0
            self._order = [region, *(one for one in self._order if one != region)]
            if set(tools.files.roots()) != set(had):
                # Tell that they are here: a rotation waits for it.
                return AFTER_NEW_ROOTS_SECONDS * (1 + tools.dice())
            life = session.lifetime_seconds * HALF * (1 - JITTER * tools.dice())
            return max(SHORTEST_WAIT_SECONDS, sent + life - tools.clock.monotonic())
        self._failures += 1
        return max(SHORTEST_WAIT_SECONDS, AFTER_FAILURES.pause(self._failures, tools.dice()))

    def _asked(self, region: str, roots: tuple[str, ...]) -> Session | None:
        tools = self._tools
        self._state = tools.state.next(self._state)
        try:
            reply = tools.post(tools.urls[region], self._request(roots))
            if reply.status == 200:
                return Session.of(reply.fields)
        except (NoAnswer, UnreadableSession) as error:
            log.warning("no session", extra={"region": region, "error": str(error)})
            return None
        log.warning("no session", extra={"region": region, "status": reply.status, "request": _id(reply.fields)})
        return None

    def _request(self, roots: tuple[str, ...]) -> Mapping[str, object]:
        state = self._state
        text = session_text(
            stack=state.stack, node=state.node, generation=state.generation, counter=state.counter, roots=roots
        )
        return {
            "request": "session",
            "node": state.node,
            "generation": state.generation,
            "counter": state.counter,
            "roots": list(roots),
            "signature": base64.b64encode(self._tools.key.sign(text)).decode(),
        }


def _id(fields: Mapping[str, object]) -> str:
    return str(fields.get("request", ""))
