"""Enrolment functions in three regions over one table, as a machine reaches them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from failover.enrolment.authorities import NoAuthority
from nodes.agent.enrolling import Enrolling
from nodes.agent.node_key import NodeKey
from nodes.agent.node_state import NodeState, StateFile
from nodes.agent.session_files import SessionFiles
from nodes.agent.sessions import SessionKeeper, Tools
from nodes.agent.transport import NoAnswer, Reply
from tests.failover.clocks import HandClock
from tests.failover.enrolment.machines import OWN
from tests.lambdas.enrolment.desks import Ground

URLS = {region: f"https://{region}/" for region in ("us-east-1", "us-east-2", "us-west-2")}


@dataclass
class Functions:
    """Answers as the functions do; ``dark`` regions do not, and ``losing`` ones do it and lose the answer."""

    ground: Ground
    source: str = OWN
    dark: set[str] = field(default_factory=set)
    losing: set[str] = field(default_factory=set)
    asked: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def __call__(self, url: str, fields: Mapping[str, object]) -> Reply:
        region = url.removeprefix("https://").rstrip("/")
        self.asked.append((region, json.loads(json.dumps(fields))))
        if region in self.dark:
            raise NoAnswer(f"{region} is dark")
        try:
            status, told = self.ground.post(fields, self.source)
        except NoAuthority as error:
            raise NoAnswer("502") from error
        if region in self.losing:
            raise NoAnswer(f"{region} lost its answer")
        return Reply(status=status, fields=told)

    @property
    def regions(self) -> list[str]:
        """Return which regions were asked, in this order."""
        return [region for region, _ in self.asked]


@dataclass
class Box:
    """One machine: its disk and its clock; whoever rebuilds it gives it another folder."""

    functions: Functions
    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    luck: float = 0.5

    @property
    def key(self) -> NodeKey:
        return NodeKey.kept_in(self.folder / "key.pem")

    @property
    def state(self) -> StateFile:
        return StateFile(self.folder / "node.json")

    @property
    def files(self) -> SessionFiles:
        return SessionFiles(self.folder)

    def enrol(self, patience_seconds: float = 0.0) -> NodeState:
        """Become a node."""
        return Enrolling(
            urls=URLS,
            key=self.key,
            state=self.state,
            post=self.functions,
            clock=self.clock,
            dice=lambda: self.luck,
        ).enrolled(7, patience_seconds)

    def keeper(self) -> SessionKeeper:
        """Return what keeps the session of the node."""
        state = self.state.read()
        assert state is not None
        tools = Tools(
            urls=URLS,
            key=self.key,
            state=self.state,
            files=self.files,
            post=self.functions,
            clock=self.clock,
            dice=lambda: self.luck,
        )
        return SessionKeeper(tools, state)
