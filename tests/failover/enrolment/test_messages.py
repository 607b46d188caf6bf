"""A request is read whole, or refused as malformed; whatever is sent, nothing else comes of it."""

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.enrolment.messages import LARGEST_BYTES, EnrolRequest, Malformed, SessionRequest, TooLarge, read_request
from tests.failover.enrolment.machines import digest

ENROL = {"request": "enrol", "linode_id": 7, "generation": 1, "csr": "-----BEGIN"}
SESSION = {
    "request": "session",
    "node": 7,
    "generation": 1,
    "counter": 3,
    "roots": [digest("a"), digest("b")],
    "signature": base64.b64encode(b"signed").decode(),
}


def sent(message: object) -> bytes:
    return json.dumps(message).encode()


def test_both_requests_are_read_with_all_that_they_say() -> None:
    assert read_request(sent(ENROL)) == EnrolRequest(linode_id=7, generation=1, csr="-----BEGIN")
    roots = (digest("a"), digest("b"))
    assert read_request(sent(SESSION)) == SessionRequest(
        node=7, generation=1, counter=3, roots=roots, signature=b"signed"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"request": "enroll"},
        {"request": None},
        {"linode_id": "7"},
        {"linode_id": True},
        {"linode_id": 0},
        {"linode_id": -7},
        {"linode_id": 7.0},
        {"linode_id": 2**53},
        {"generation": 0},
        {"csr": ""},
        {"csr": "c" * 4097},
        {"csr": "c\u00e9"},
        {"csr": ["c"]},
        {"more": 1},
    ],
)
def test_an_enrolment_with_a_wrong_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_request(sent({**ENROL, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"node": "7"},
        {"counter": 0},
        {"counter": 2**53},
        {"counter": None},
        {"roots": "a"},
        {"roots": [digest("a")] * 2},
        {"roots": [digest("a").upper()]},
        {"roots": [digest(str(number)) for number in range(5)]},
        {"roots": [7]},
        {"signature": "no base64!"},
        {"signature": base64.b64encode(b"s" * 81).decode()},
        {"signature": ""},
        {"credentials": {}},
    ],
)
def test_a_session_with_a_wrong_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read_request(sent({**SESSION, **change}))


@pytest.mark.parametrize("missing", sorted(SESSION))
def test_a_session_that_lacks_a_field_is_malformed(missing: str) -> None:
    with pytest.raises(Malformed):
        read_request(sent({name: value for name, value in SESSION.items() if name != missing}))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"enrol"', b"{", b"\xff\xfe", b"[" * 16_000, b"1e999"])
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_request(body)


def test_what_is_too_long_is_not_even_read() -> None:
    longest = sent({**ENROL, "pad": ""})
    whole = longest[:-2] + b"p" * (LARGEST_BYTES - len(longest)) + longest[-2:]
    assert len(whole) == LARGEST_BYTES
    with pytest.raises(Malformed, match="other fields"):
        read_request(whole)
    with pytest.raises(TooLarge):
        read_request(whole + b" ")


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_request(body)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("whole", [ENROL, SESSION])
@given(data=st.data())
def test_any_value_in_any_field_is_read_or_malformed(whole: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(whole)))
    with contextlib.suppress(Malformed):
        assert isinstance(read_request(sent({**whole, name: data.draw(VALUES)})), EnrolRequest | SessionRequest)
