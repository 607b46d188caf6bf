from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from drills.incident import Incident, NotAsExpected
from drills.running import Said
from failover.sites import Sites
from tests.drills.staged import ListedOperator, ListedRegions
from tests.failover.clocks import HandClock

DONE = Said(code=0, output="done")
REFUSED = Said(code=1, output="refused: it is behind")
PAGE = "[critical] lifeboat local: secondary is active in epoch 2\nIncident: data-2-moved\nNext: look"
HOME = "[info] lifeboat local: primary is active in epoch 3\nIncident: data-3-moved\nNext: look"


@dataclass
class Happening:
    """An incident whose people are told ``pages`` (of the way home once it is ordered), and what was said of it."""

    pages: Sequence[str] = (PAGE, HOME)
    answers: tuple[Said, ...] = ()
    said: list[str] = field(default_factory=list)
    operator: ListedOperator = field(default_factory=ListedOperator)
    regions: ListedRegions = field(default_factory=ListedRegions)

    def handle(self) -> None:
        self.operator.answers = list(self.answers)
        Incident(
            operator=self.operator,
            regions=self.regions,
            sites=Sites(primary="us-east-1", secondary="us-west-2"),
            pages=lambda: [page for page in self.pages if page == PAGE or "--yes" in str(self.operator.commands)] * 2,
            clock=HandClock(),
            say=self.said.append,
        ).handle()

    @property
    def verbs(self) -> list[str]:
        return [command[0] for command in self.operator.commands]


AS_EXPECTED = (DONE,) * 6 + (REFUSED, REFUSED)


def test_the_region_is_lost_before_the_page_and_back_before_the_failback() -> None:
    happening = Happening(answers=(*AS_EXPECTED, REFUSED, DONE))
    happening.handle()
    assert happening.regions.done == [("darken", "us-east-1", "blackhole"), ("restore", "us-east-1")]
    assert happening.verbs[5:8] == ["acknowledge", "failback", "readiness"]
    assert happening.verbs[8:12] == ["readiness", "readiness", "failback", "failback"]
    assert happening.operator.commands[5][1] == "data-2-moved"


def test_what_each_command_printed_is_said_with_its_code_and_a_page_once() -> None:
    happening = Happening(answers=AS_EXPECTED)
    happening.handle()
    story = "\n".join(happening.said)
    assert "$ lifeboat acknowledge data-2-moved --for 4h --reason 'INC-42, Ada is on it' -s local" in story
    assert "refused: it is behind\n(exit code 1)" in story
    assert story.count(PAGE) == 1


def test_a_command_that_ends_otherwise_ends_the_story() -> None:
    happening = Happening(answers=(DONE, DONE, REFUSED))
    with pytest.raises(NotAsExpected, match="status"):
        happening.handle()
    assert happening.regions.done == []


@pytest.mark.parametrize("pages", [(), ("[critical] lifeboat local: observer cannot probe\nIncident: x",)])
def test_without_the_page_nobody_goes_on(pages: tuple[str, ...]) -> None:
    happening = Happening(pages=pages)
    with pytest.raises(NotAsExpected, match="nobody was told"):
        happening.handle()
    assert happening.verbs == ["arm", "readiness", "status"]
