"""The desk gives each machine what is its own, once, and strangers nothing."""

import base64
import json
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from failover.enrolment.authorities import NoAuthority, Signing, move_signing, read_authorities
from failover.enrolment.messages import SessionRequest
from failover.enrolment.node import Approval, Node
from failover.enrolment.nodes_table import NodesTable
from lambdas.enrolment.call import NotFromUrl, read_call
from tests.failover.clocks import HandClock
from tests.failover.enrolment.machines import NOW, OTHER, OWN, Machine
from tests.failover.enrolment.tables import CONTROL, Breaking, no_answer
from tests.lambdas.enrolment.desks import SECRET, Ground, event


@pytest.fixture
def ground(store: Any) -> Ground:
    return Ground(store)


def enrolment(machine: Machine, generation: int = 1) -> dict[str, object]:
    return {"request": "enrol", "linode_id": 7, "generation": generation, "csr": machine.csr()}


def session(asked: SessionRequest) -> dict[str, object]:
    fields: dict[str, object] = {"request": "session", "node": asked.node, "generation": asked.generation}
    signature = base64.b64encode(asked.signature).decode()
    return {**fields, "counter": asked.counter, "roots": list(asked.roots), "signature": signature}


def approve(ground: Ground, generation: int) -> None:
    nodes = NodesTable(CONTROL, ground.store, HandClock())
    row, until = nodes.read(7), nodes.time.now() + timedelta(minutes=15)
    nodes.approve(row, 7, Approval(generation=generation, until=until, by="ada", reason="rebuilt"))


def test_a_machine_enrols_once_and_hears_the_same_again(ground: Ground) -> None:
    machine = Machine()
    first, again = ground.post(enrolment(machine)), ground.post(enrolment(machine))
    who = {"stack": "prod", "node": 7, "generation": 1, "counter": 0, "site": "primary", "pool": "web"}
    assert first == again == (200, who)
    assert ground.asked == [7]


def test_another_key_is_refused_and_told_to_wait_for_a_person(ground: Ground) -> None:
    ground.post(enrolment(Machine()))
    rebuilt = Machine()
    assert ground.post(enrolment(rebuilt)) == (403, {"error": "refused", "request": "r-1", "generation": 2})
    assert ground.post(enrolment(rebuilt, 2))[0] == 403
    approve(ground, 2)
    assert ground.post(enrolment(rebuilt, 2))[1]["generation"] == 2
    assert ground.refusals == 2


def test_a_stranger_hears_nothing_and_pages_nobody(ground: Ground) -> None:
    ground.instances.clear()
    assert ground.post(enrolment(Machine())) == (403, {"error": "refused", "request": "r-1"})
    assert ground.post(session(Machine().asks())) == (403, {"error": "refused", "request": "r-1"})
    assert ground.refusals == 0


def test_who_asks_from_elsewhere_is_refused_and_counted(ground: Ground) -> None:
    assert ground.post(enrolment(Machine()), OTHER) == (403, {"error": "refused", "request": "r-1"})
    assert ground.refusals == 1


def test_of_two_machines_at_once_one_is_let_in(ground: Ground) -> None:
    """The other one's row is there when the second wants to write."""
    first, second = Machine(), Machine()
    row = replace(first.enrolled(), enrolled=replace(first.enrolled().enrolled, at=ground.now))
    ground.meanwhile = lambda: _admit(ground, row)
    assert ground.post(enrolment(second)) == (403, {"error": "refused", "request": "r-1", "generation": 2})


def _admit(ground: Ground, row: Node) -> None:
    NodesTable(CONTROL, ground.store, HandClock()).admit(None, row)


def test_a_session_has_credentials_a_certificate_and_both_roots(ground: Ground) -> None:
    machine = Machine()
    ground.post(enrolment(machine))
    status, given = ground.post(session(machine.asks(1)))
    assert status == 200
    assert given["credentials"]["AccessKeyId"] == "ASIA-7-primary-web"
    assert given["lifetime_seconds"] == 3600
    assert len(given["authorities"]) == 2
    issuer = x509.load_pem_x509_certificate(given["authorities"][0].encode())
    x509.load_pem_x509_certificate(given["certificate"].encode()).verify_directly_issued_by(issuer)


def test_a_request_that_was_taken_is_spent_in_every_region(ground: Ground) -> None:
    machine = Machine()
    ground.post(enrolment(machine))
    asked = session(machine.asks(3))
    assert ground.post(asked)[0] == 200
    assert ground.post(asked) == (403, {"error": "refused", "request": "r-1"})
    assert ground.post(session(machine.asks(2)))[0] == 403
    assert ground.post(session(machine.asks(4)))[0] == 200


def test_two_at_once_with_the_same_counter_get_one_session(ground: Ground) -> None:
    machine = Machine()
    ground.post(enrolment(machine))
    whole, asked = ground.store, session(machine.asks(1))
    ground.store = Breaking(whole)
    first_reads = ground.desk()
    answer = read_call(event(json.dumps(asked)))
    ground.store.before["update_item"] = no_answer()
    with pytest.raises(type(no_answer())):  # this region cannot say whether it spent it
        first_reads.answer(answer)
    assert ground.post(asked)[0] == 200
    assert ground.post(asked)[0] == 403


def test_the_root_that_signs_may_change_between_two_sessions_and_both_stay_trusted(ground: Ground) -> None:
    machine = Machine()
    ground.post(enrolment(machine))
    before = ground.post(session(machine.asks(1)))[1]
    there = read_authorities(ground.store, CONTROL)
    assert there.signing
    assert move_signing(ground.store, CONTROL, there.signing, Signing(label="b", since=NOW, by="ada"))
    after = ground.post(session(machine.asks(2)))[1]
    a, b = (x509.load_pem_x509_certificate(one.encode()) for one in after["authorities"])
    assert before["authorities"] == after["authorities"]
    x509.load_pem_x509_certificate(before["certificate"].encode()).verify_directly_issued_by(a)
    x509.load_pem_x509_certificate(after["certificate"].encode()).verify_directly_issued_by(b)


def test_a_node_tells_which_roots_it_has(ground: Ground) -> None:
    machine = Machine()
    ground.post(enrolment(machine))
    roots = tuple(root.fingerprint for root in read_authorities(ground.store, CONTROL).roots.values())
    ground.post(session(machine.asks(1, roots=roots)))
    row = NodesTable(CONTROL, ground.store, HandClock()).read(7)
    assert row == replace(machine.enrolled(counter=1), roots=roots, enrolled=row.enrolled)  # type: ignore[union-attr]


def test_without_a_root_that_signs_a_session_fails_and_an_enrolment_does_not(ground: Ground) -> None:
    machine = Machine()
    ground.store.delete_item(TableName=CONTROL, Key={"pk": {"S": "authority"}, "sk": {"S": "signing"}})
    assert ground.post(enrolment(machine))[0] == 200
    with pytest.raises(NoAuthority):
        ground.post(session(machine.asks(1)))


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("{}", 400), ("[" * 9000, 400), ('{"request":"enrol"}', 400), ("x" * 16_385, 413)],
)
def test_what_is_malformed_is_told_so_before_anybody_is_asked(ground: Ground, body: str, status: int) -> None:
    assert ground.send(body)[0] == status
    assert (ground.asked, ground.refusals) == ([], 0)


def test_a_request_without_proof_of_its_key_is_malformed(ground: Ground) -> None:
    assert ground.post({**enrolment(Machine()), "csr": "-----BEGIN"})[0] == 400
    assert ground.asked == []


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
def test_nothing_but_a_post_is_read(ground: Ground, method: str) -> None:
    assert ground.send(json.dumps(enrolment(Machine())), method=method)[0] == 405
    assert ground.asked == []


def test_no_log_line_and_no_refusal_holds_a_secret_or_a_signature(
    ground: Ground, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    with caplog.at_level(logging.INFO):
        ground.post(enrolment(machine))
        asked = session(machine.asks(1))
        ground.post(asked)
        refused = ground.post(asked)
    told = "".join(str(vars(record)) for record in caplog.records) + str(refused)
    assert "session" in told
    for secret in (SECRET, "the-session-token", str(asked["signature"]), "BEGIN"):
        assert secret not in told


def test_what_did_not_come_by_the_address_is_no_call() -> None:
    nowhere = {"requestContext": {"http": {"method": "POST", "sourceIp": "here"}, "requestId": "r"}}
    wrongs: tuple[object, ...] = ({}, [], nowhere)
    for wrong in wrongs:
        with pytest.raises(NotFromUrl):
            read_call(wrong)


def test_a_body_in_base64_is_the_same_body() -> None:
    told = {**event(base64.b64encode(b'{"a": 1}').decode()), "isBase64Encoded": True}
    assert read_call(told).body == b'{"a": 1}'
    assert read_call({**told, "body": "no base64!"}).body == b"no base64!"
    assert read_call(event("", OWN)).source == OWN
