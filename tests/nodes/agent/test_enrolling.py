"""A machine becomes a node in whichever region answers, once, whatever gets lost on the way."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from failover.enrolment.csr import key_of_csr
from failover.enrolment.node import Approval
from failover.enrolment.nodes_table import NodesTable
from nodes.agent.enrolling import NotLetIn
from nodes.agent.node_key import NodeKey, UnusableKey
from nodes.agent.node_state import NodeState
from tests.failover.clocks import HandClock
from tests.failover.enrolment.machines import OTHER
from tests.failover.enrolment.tables import CONTROL
from tests.lambdas.enrolment.desks import Ground
from tests.nodes.agent.functions import Box, Functions

WHO = NodeState(stack="prod", node=7, generation=1, counter=0, site="primary", pool="web")


@pytest.fixture
def box(store: Any, tmp_path: Path) -> Box:
    return Box(Functions(Ground(store)), tmp_path)


def rebuilt(box: Box) -> Box:
    """Return the same machine with an empty disk."""
    folder = box.folder / "rebuilt"
    folder.mkdir()
    return replace(box, folder=folder, clock=HandClock())


def test_a_machine_enrols_where_it_is_answered_and_keeps_who_it_is(box: Box) -> None:
    box.functions.dark = {"us-east-1"}
    assert box.enrol() == box.state.read() == WHO
    assert box.functions.regions == ["us-east-1", "us-east-2"]
    assert box.enrol() == WHO
    assert len(box.functions.asked) == 2


def test_a_lost_answer_is_asked_for_again_in_another_region(box: Box) -> None:
    box.functions.losing = {"us-east-1"}
    assert box.enrol() == WHO
    assert box.functions.regions == ["us-east-1", "us-east-2"]


def test_a_machine_that_lost_all_but_its_key_goes_on_behind_its_counter(box: Box) -> None:
    box.enrol()
    box.keeper().refresh()
    (box.folder / "node.json").write_text("{")
    assert box.enrol() == replace(WHO, counter=1)
    box.keeper().refresh()
    assert box.state.read() == replace(WHO, counter=2)
    assert box.functions.ground.refusals == 0


def test_a_rebuilt_machine_waits_for_a_person_and_is_then_let_in_by_itself(box: Box) -> None:
    box.enrol()
    again = rebuilt(box)
    with pytest.raises(NotLetIn, match="lifeboat node show 7"):
        again.enrol(patience_seconds=20)
    assert 20 <= again.clock.now - 100 < 120
    nodes = NodesTable(CONTROL, box.functions.ground.store, HandClock())
    row, until = nodes.read(7), nodes.time.now() + timedelta(minutes=15)
    nodes.approve(row, 7, Approval(generation=2, until=until, by="ada", reason="rebuilt"))
    assert again.enrol(patience_seconds=20) == replace(WHO, generation=2)
    again.keeper().refresh()
    assert len(again.files.roots()) == 2


def test_the_former_disks_key_gets_no_session_any_more(box: Box) -> None:
    test_a_rebuilt_machine_waits_for_a_person_and_is_then_let_in_by_itself(box)
    box.keeper().refresh()
    assert box.files.roots() == ()


def test_a_machine_elsewhere_is_never_let_in(box: Box) -> None:
    box.functions.source = OTHER
    with pytest.raises(NotLetIn):
        box.enrol(patience_seconds=5)
    assert box.state.read() is None


def test_while_no_region_answers_a_machine_asks_on_with_pauses(box: Box) -> None:
    box.functions.dark = {"us-east-1", "us-east-2", "us-west-2"}
    with pytest.raises(NotLetIn):
        box.enrol(patience_seconds=300)
    assert box.clock.slept == sorted(box.clock.slept)
    assert box.clock.slept[-1] == 30.0
    assert len(box.functions.asked) == 3 * (len(box.clock.slept) + 1)


def test_a_key_is_made_once_and_for_root_alone(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first, second = NodeKey.kept_in(path), NodeKey.kept_in(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.sign(b"a") != second.sign(b"a")  # ECDSA's are never the same; the key is
    assert _same_key(first, second)


def _same_key(first: NodeKey, second: NodeKey) -> bool:
    return key_of_csr(first.csr()) == key_of_csr(second.csr())


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----", "no key"])
def test_a_file_without_a_key_is_not_written_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.pem"
    path.write_text(text)
    with pytest.raises(UnusableKey):
        NodeKey.kept_in(path)
    assert path.read_text() == text
