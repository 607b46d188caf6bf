"""Which roots there are, and which of them signs: one at a time, moved by one person at a time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from failover.enrolment.authorities import (
    NoAuthority,
    Signing,
    begin_signing,
    keep_root,
    move_signing,
    read_authorities,
)
from tests.failover.enrolment.machines import NOW, Machine, root_of
from tests.failover.enrolment.tables import CONTROL

A, B = root_of("a", Machine()), root_of("b", Machine())
FIRST = Signing(label="a", since=NOW, by="ada@desk")


def test_without_roots_nobody_signs(store: Any) -> None:
    found = read_authorities(store, CONTROL)
    assert (found.roots, found.signing, found.trusted(("a", "b"))) == ({}, None, ())
    with pytest.raises(NoAuthority):
        found.issuer(("a", "b"))


def test_a_root_that_is_there_stays_as_it_is(store: Any) -> None:
    assert keep_root(store, CONTROL, A)
    assert not keep_root(store, CONTROL, root_of("a", Machine()))
    assert read_authorities(store, CONTROL).roots == {"a": A}


def test_the_first_to_sign_stays_until_it_is_moved_by_whoever_saw_it(store: Any) -> None:
    assert begin_signing(store, CONTROL, FIRST)
    assert not begin_signing(store, CONTROL, replace(FIRST, label="b"))
    second = Signing(label="b", since=NOW + timedelta(days=1), by="bob@desk: rotation")
    assert not move_signing(store, CONTROL, replace(FIRST, since=NOW - timedelta(1)), second)
    assert move_signing(store, CONTROL, FIRST, second)
    assert not move_signing(store, CONTROL, FIRST, replace(second, label="c"))
    assert read_authorities(store, CONTROL).signing == second


def test_nodes_trust_the_roots_of_the_deployments_labels_and_one_of_them_signs(store: Any) -> None:
    for root in (A, B):
        keep_root(store, CONTROL, root)
    begin_signing(store, CONTROL, FIRST)
    found = read_authorities(store, CONTROL)
    assert found.trusted(("a", "b")) == (A, B)
    assert found.trusted(("b", "c")) == (B,)
    assert found.issuer(("a", "b")) == A
    with pytest.raises(NoAuthority, match="a signs, and b, c have keys"):
        found.issuer(("b", "c"))
