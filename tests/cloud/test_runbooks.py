"""Every command of every runbook, in its order, in the situation that the runbook is for."""

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from failover.sites import Site
from failover.tier import Phase
from ops.deployed import deployed_of
from ops.runbook import filled, names
from ops.stack_outputs import Source, StackOutputs
from tests.cloud.person import Person, Said
from tests.cloud.situations import SITUATIONS, Situation
from tests.cloud.stage import Stage
from tests.cloud.told import Told, told
from tests.runbook_steps import Step, matches, named_elsewhere, steps, symptoms
from tests.waiting import eventually

SEEN_SECONDS = 25.0
PAGE_SECONDS = 20.0
MENDED_SECONDS = 20.0
USAGE = 2
READINESS = "lifeboat readiness"  # ends with 1 if anything at all is not ready, and cases before may have left alarms
YES = "y"
# What nobody can run here, and why.
NOT_RUN = {
    "make drill": "a drill of its own, for a minute: .ci/run runs it after the suite",
    "lifeboat rollout -s local --without us-east-1 --while-moved --reason": "starts the engine; tried with --dry-run",
    "pulumi preview": "needs the engine",
    "pulumi up": "needs the engine",
    "LIFEBOAT_LOST_REGIONS=REGION pulumi preview": "needs the engine",
    "aws lambda invoke": "needs AWS's own command line",
}


@dataclass(kw_only=True)
class Reader:
    """Goes through one runbook; ``page`` is what led to it, if people were told anything."""

    stage: Stage
    person: Person
    situation: Situation
    page: Told | None
    due: dict[str, object] = field(default_factory=dict)
    heard: str = ""

    def follow(self, step: Step) -> None:
        """Give a command until its output shows what the runbook says, then let happen what happens then."""
        if not _is_not_run(step.command):
            self._give(step, self._filled_in(step.command))
        for words, happens in self.situation.then.items():
            if words in step.command and words not in self.due:
                self.due[words] = happens(self.stage)

    def _give(self, step: Step, command: str) -> None:
        until, typed = time.monotonic() + SEEN_SECONDS, self._typed(command)
        while not _as_told(step, said := self.person.does(command, typed)):
            assert time.monotonic() < until, f"{command} shows not {step.sees} but\n{said.output}"
        self.heard += said.output

    def _filled_in(self, command: str) -> str:
        """Put in what the page told, or a command before."""
        told = (self.page.text if self.page else "") + self.heard
        for placeholder, mark in PLACEHOLDERS.items():
            if placeholder in command:
                found = re.search(mark, told)
                assert found, f"nothing tells {placeholder}:\n{told}"
                command = command.replace(placeholder, found[1])
        return command

    def _typed(self, command: str) -> str:
        return (
            next((typed for words, typed in self.situation.typed(self.stage).items() if words in command), YES) + "\n"
        )


PLACEHOLDERS = {
    "INCIDENT": r"Incident: (\S+)",
    "NODE": r"(\d+)  primary web",
    "EPOCH": r"last seen: primary active in epoch (\d+)",
    "SITE": r"(?:last seen:|resume: failover to) (primary|secondary)",
}


def _as_told(step: Step, said: Said) -> bool:
    assert said.code != USAGE, said.output
    codes = step.exit_codes(said.output)
    return said.code in codes or (bool(codes) and step.command.startswith(READINESS))


def _is_not_run(command: str) -> bool:
    return any(command.startswith(one) for one in NOT_RUN)


def texts(stage: Stage) -> Mapping[str, str]:
    """Fill all runbooks in as the command does."""
    deployed = deployed_of(StackOutputs(lifeboat=stage.outputs, source=Source.FILE))
    return {name: filled(name, deployed) for name in names()}


@pytest.fixture
def person(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    return Person.near(stage, tmp_path, monkeypatch)


def page_of(stage: Stage, since: int, text: str) -> Told | None:
    """Return the page that leads to a runbook: one that has the words of any of its symptoms."""
    seen = [one for one in told(stage, since) if any(matches(words, one.text) for words in symptoms(text))]
    return seen[-1] if seen else None


def assert_ended(stage: Stage, epoch: int, active: Site) -> None:
    """See the tier at rest where the runbook leads, and told so outside wherever a region answers."""
    row, region = stage.row(), stage.primary if active == "primary" else stage.secondary
    assert (row.epoch, row.active, row.phase) == (epoch, active, Phase.STEADY)
    stage.cloud.faults.clear()
    stage.cloud.regions.restore()
    eventually(lambda: set(stage.parameters().values()) == {region}, MENDED_SECONDS, f"{region} is told outside")


@pytest.mark.minutes
@pytest.mark.parametrize("name", names())
def test_each_command_does_what_the_runbook_says(stage: Stage, person: Person, name: str) -> None:
    text, last_page, situation = texts(stage)[name], stage.last_page(), SITUATIONS[name]
    before = stage.row()
    with situation.begun(stage, person):
        page = None
        if symptoms(text):
            page = eventually(partial(page_of, stage, last_page, text), PAGE_SECONDS, f"a page leads to {name}")
        reader = Reader(stage=stage, person=person, situation=situation, page=page)
        for step in steps(text):
            reader.follow(step)
    assert reader.due.keys() == situation.then.keys()
    assert_ended(stage, before.epoch + situation.epochs, situation.active)


def test_the_runbooks_that_a_runbook_names_are_printed(
    whole_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person.near(whole_stage, tmp_path, monkeypatch)
    named = {command for text in texts(whole_stage).values() for command in named_elsewhere(text)}
    assert {person.does(command).code for command in named} == {0}


def not_run(stage: Stage) -> Iterator[str]:
    for text in texts(stage).values():
        yield from (step.command for step in steps(text) if _is_not_run(step.command))


def test_what_is_not_run_is_listed_with_a_reason_and_nothing_else_is_listed(whole_stage: Stage) -> None:
    left = list(not_run(whole_stage))
    assert [one for one in NOT_RUN if not any(command.startswith(one) for command in left)] == []
    assert len(NOT_RUN) == 6
