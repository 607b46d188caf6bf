"""The two requests of a machine, read from bytes that anybody may have sent."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LARGEST_BYTES: Final = 16_384
LARGEST_ID: Final = 2**53 - 1  # what every JSON reader takes for a whole number
LONGEST_CSR: Final = 4_096
LONGEST_SIGNATURE: Final = 80  # DER of ECDSA with P-256 has at most 72 bytes
MOST_ROOTS: Final = 4
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
KIND: Final = "request"


class Malformed(Exception):
    """The request is none of ours. Says which rule it breaks, never what was sent."""


class TooLarge(Malformed):
    """The request is longer than any of ours."""


@dataclass(frozen=True, kw_only=True)
class EnrolRequest:
    """A machine asks to become a node: ``csr`` is PKCS#10 in PEM, signed by the key that it asks for."""

    linode_id: int
    generation: int
    csr: str


@dataclass(frozen=True, kw_only=True)
class SessionRequest:
    """A node asks for credentials; ``roots`` are the fingerprints of the root certificates that it has on disk."""

    node: int
    generation: int
    counter: int
    roots: tuple[str, ...]
    signature: bytes


def read_request(body: bytes) -> EnrolRequest | SessionRequest:
    """Read a request.

    Raises:
        TooLarge: it has more than 16 kB.
        Malformed: it is no JSON object, or has other fields or values than one of the requests.
    """
    if len(body) > LARGEST_BYTES:
        raise TooLarge(f"more than {LARGEST_BYTES} bytes")
    fields = _fields(body)
    kind = fields.pop(KIND, None)
    if kind == "enrol":
        return _enrol(fields)
    if kind == "session":
        return _session(fields)
    raise Malformed("it is neither enrol nor session")


def _fields(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("it is no JSON") from None
    if not isinstance(found, dict):
        raise Malformed("it is no JSON object")
    return found


def _enrol(fields: Mapping[str, object]) -> EnrolRequest:
    _require(fields, {"linode_id", "generation", "csr"})
    return EnrolRequest(
        linode_id=_whole(fields, "linode_id"),
        generation=_whole(fields, "generation"),
        csr=_text(fields, "csr", LONGEST_CSR),
    )


def _session(fields: Mapping[str, object]) -> SessionRequest:
    _require(fields, {"node", "generation", "counter", "roots", "signature"})
    return SessionRequest(
        node=_whole(fields, "node"),
        generation=_whole(fields, "generation"),
        counter=_whole(fields, "counter"),
        roots=_fingerprints(fields["roots"]),
        signature=_bytes(_text(fields, "signature", 2 * LONGEST_SIGNATURE)),
    )


def _require(fields: Mapping[str, object], names: set[str]) -> None:
    if set(fields) != names:
        raise Malformed(f"it has other fields than {', '.join(sorted(names))}")


def _whole(fields: Mapping[str, object], name: str) -> int:
    value = fields[name]
    if type(value) is not int or not 1 <= value <= LARGEST_ID:  # a bool is an int to isinstance
        raise Malformed(f"{name} is no whole number from 1 to {LARGEST_ID}")
    return value


def _text(fields: Mapping[str, object], name: str, longest: int) -> str:
    value = fields[name]
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isascii():
        raise Malformed(f"{name} is no text of 1 to {longest} ASCII characters")
    return value


def _fingerprints(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_ROOTS:
        raise Malformed(f"roots is no list of at most {MOST_ROOTS}")
    if not all(isinstance(one, str) and FINGERPRINT.fullmatch(one) for one in value) or len(set(value)) != len(value):
        raise Malformed("roots are different SHA-256 fingerprints, 64 hexadecimal digits each")
    return tuple(value)


def _bytes(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Malformed("signature is no base64") from None
    if len(found) > LONGEST_SIGNATURE:
        raise Malformed(f"signature has more than {LONGEST_SIGNATURE} bytes")
    return found
