"""Becoming a node: asks one control region after another until one lets the machine in."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from failover.backoff import Backoff
from failover.clock import Clock
from nodes.agent.node_key import NodeKey
from nodes.agent.node_state import NodeState, StateFile, UnreadableState
from nodes.agent.transport import NoAnswer, Post, Reply
from nodes.agent.waiting import Dice

log = logging.getLogger(__name__)
BETWEEN_ROUNDS: Final = Backoff(first_seconds=2.0, longest_seconds=60.0)


class NotLetIn(Exception):
    """No region let the machine in for as long as it was to try."""


@dataclass(frozen=True, kw_only=True)
class Enrolling:
    """``urls`` are the enrolment functions' by region, asked in this order."""

    urls: Mapping[str, str]
    key: NodeKey
    state: StateFile
    post: Post
    clock: Clock
    dice: Dice

    def enrolled(self, linode_id: int, patience_seconds: float) -> NodeState:
        """Return who the machine is; ask until a region says so. Who enrolled before asks nobody.

        Raises:
            NotLetIn: nobody did for so many seconds. A person may have to approve it: `lifeboat node approve`.
        """
        known = self._known()
        if known is not None and known.node == linode_id:
            return known
        end, generation, rounds = self.clock.monotonic() + patience_seconds, 1, 0
        while True:
            found = self._round(linode_id, generation)
            if isinstance(found, NodeState):
                self.state.keep(found)
                return found
            if self.clock.monotonic() >= end:
                raise NotLetIn(f"no region lets instance {linode_id} in; `lifeboat node show {linode_id}` tells more")
            if found == generation:
                self.clock.sleep(BETWEEN_ROUNDS.pause(rounds, self.dice()))
                rounds += 1
            generation = found

    def _known(self) -> NodeState | None:
        try:
            return self.state.read()
        except UnreadableState as error:
            log.warning("state unreadable", extra={"error": str(error)})
            return None

    def _round(self, linode_id: int, generation: int) -> NodeState | int:
        """Ask each region once; return who we are, or the generation to ask for next."""
        due = generation
        for region, url in self.urls.items():
            fields = {"request": "enrol", "linode_id": linode_id, "generation": generation, "csr": self.key.csr()}
            try:
                reply = self.post(url, fields)
                if reply.status == 200:
                    return NodeState.of(reply.fields)
            except (NoAnswer, UnreadableState) as error:
                log.warning("not enrolled", extra={"region": region, "error": str(error)})
                continue
            log.warning("not enrolled", extra={"region": region, "status": reply.status, "told": _told(reply)})
            due = _due(reply) or due
        return due


def _due(reply: Reply) -> int | None:
    value = reply.fields.get("generation")
    return value if type(value) is int and value > 0 else None


def _told(reply: Reply) -> str:
    return f"{reply.fields.get('error', '')} {reply.fields.get('request', '')}".strip()
