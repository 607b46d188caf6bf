"""A client of an ACME server (RFC 8555): directory, nonces, signed requests, problems in the server's own words.

https://www.rfc-editor.org/rfc/rfc8555
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from failover.certificates.exchange import NONE, Answer, Exchange, NoAnswer
from failover.certificates.jws import AccountKey, base64url
from failover.certificates.order import Authorization, Order
from failover.certificates.problem import AcmeRefused, AcmeUnavailable, problem_of, retry_after

SIGNED: Final = MappingProxyType({"Content-Type": "application/jose+json"})
# A server may refuse any nonce; the next one comes with the refusal (RFC 8555, 6.5).
NONCES: Final = 10
ATTEMPTS: Final = 4
PAUSE_SECONDS: Final = 2.0


class AcmeClient:
    """One account at one server. ``pause`` waits, and raises when there is no time left."""

    def __init__(self, directory: str, key: AccountKey, exchange: Exchange, pause: Callable[[float], None]) -> None:
        self._directory_url = directory
        self._key = key
        self._exchange = exchange
        self._pause = pause
        self._directory: Mapping[str, Any] = {}
        self._account = ""
        self._nonce = ""

    def register(self, contact: str) -> None:
        """Find the key's account, or make it: who is asked for a certificate agrees to the terms.

        Raises:
            AcmeRefused, AcmeUnavailable: there is none, in the server's words.
        """
        self._directory = _object(self._heard("GET", self._directory_url))
        agreed = {"termsOfServiceAgreed": True, "contact": [f"mailto:{contact}"]}
        answer = self._posted(self._entry("newAccount"), agreed)
        self._account = answer.headers.get("location", "")

    def order(self, names: tuple[str, ...]) -> Order:
        """Order a certificate for these names."""
        wanted = {"identifiers": [{"type": "dns", "value": name} for name in names]}
        answer = self._posted(self._entry("newOrder"), wanted)
        return Order.parse(answer.headers.get("location", ""), _object(answer), retry_after(answer))

    def look(self, order: Order) -> Order:
        """Return the order as it is now."""
        answer = self._posted(order.url, None)
        return Order.parse(order.url, _object(answer), retry_after(answer))

    def authorization(self, url: str) -> Authorization:
        """Return how a name is, or can be, proved; the record's text is this account's."""
        return Authorization.parse(_object(self._posted(url, None)), self._key.proof)

    def answer_challenge(self, url: str) -> None:
        """Say that the proof is there to be looked at."""
        self._posted(url, {})

    def finalize(self, order: Order, request: bytes) -> None:
        """Hand the certificate's request in."""
        self._posted(order.finalize, {"csr": base64url(request)})

    def certificate(self, order: Order) -> str:
        """Fetch the chain, PEM, the leaf first."""
        return self._posted(order.certificate, None).body.decode("ascii", "replace")

    def _entry(self, name: str) -> str:
        try:
            return str(self._directory[name])
        except KeyError:
            raise AcmeUnavailable(f"{self._directory_url} has no {name}; is it an ACME directory?") from None

    def _posted(self, url: str, payload: Mapping[str, object] | None) -> Answer:
        """Send a signed request until it is answered; each may be sent twice, as all of them aim at a state."""
        for _ in range(NONCES):
            nonce, self._nonce = self._nonce or self._new_nonce(), ""
            body = self._key.signed({"nonce": nonce, "url": url, **self._identity()}, payload)
            try:
                return self._heard("POST", url, body)
            except AcmeRefused as refused:
                if refused.kind != "badNonce":
                    raise
        raise AcmeUnavailable(f"{url}: {NONCES} nonces in a row were refused")

    def _identity(self) -> dict[str, object]:
        return {"kid": self._account} if self._account else {"jwk": self._key.jwk()}

    def _new_nonce(self) -> str:
        self._heard("HEAD", self._entry("newNonce"))
        nonce, self._nonce = self._nonce, ""
        return nonce

    def _heard(self, method: str, url: str, body: bytes | None = None) -> Answer:
        """Send one request, again after a while if the server is not well; the nonce of any answer is kept."""
        for attempt in range(ATTEMPTS):
            self._pause(0)
            try:
                answer = self._exchange(method, url, body, SIGNED if body else NONE)
            except NoAnswer as error:
                failure, wait = AcmeUnavailable(str(error)), PAUSE_SECONDS
            else:
                self._nonce = answer.headers.get("replay-nonce", self._nonce)
                if answer.status < 400:
                    return answer
                if answer.status < 500:
                    raise problem_of(answer)
                failure, wait = AcmeUnavailable(f"{url}: {problem_of(answer)}"), retry_after(answer) or PAUSE_SECONDS
            if attempt + 1 < ATTEMPTS:
                self._pause(wait)
        raise failure


def _object(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise AcmeUnavailable("the server's answer is no JSON object; is the directory's address right?")
    return told
