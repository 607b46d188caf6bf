"""Brings an order to its certificate: looks how it stands, does what comes next, looks again."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from failover.certificates.acme import AcmeClient
from failover.certificates.order import Authorization, Order, Step, next_step
from failover.certificates.problem import AcmeRefused
from failover.certificates.proofs import Pause, ProofFailed, ProofRecords, record_of

log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Ordering:
    """``pause`` is all that ends an order that never gets anywhere."""

    client: AcmeClient
    records: ProofRecords
    pause: Pause

    def certificate(self, names: tuple[str, ...], request: bytes) -> str:
        """Return the chain for the names, whose key signed the request.

        Raises:
            AcmeRefused: the server says no: to the order, or to a proof.
            AcmeUnavailable: it cannot be talked to.
            ProofFailed: the zone cannot be written to.
        """
        order, proved = self.client.order(names), False
        try:
            while True:
                match next_step(order, proved=proved):
                    case Step.PROVE:
                        self._prove(order)
                        proved = True
                    case Step.FINALIZE:
                        self._finalize(order, request)
                    case Step.FETCH:
                        return self.client.certificate(order)
                    case Step.GIVE_UP:
                        raise self._why(order)
                self.pause(order.wait_seconds or LOOK_SECONDS)
                order = self.client.look(order)
        finally:
            self._clean_up(names)

    def _prove(self, order: Order) -> None:
        """Publish what proves the names that nobody has proved yet, all at once, then have them looked at."""
        waiting = {url: one for url, one in self._authorizations(order) if one.status != "valid"}
        self.records.publish({record_of(one.name): one.text for one in waiting.values()}, self.pause)
        for url, one in waiting.items():
            try:
                self.client.answer_challenge(one.challenge)
            except AcmeRefused:
                # The answer to the first time was lost: the name has been looked at meanwhile.
                if self.client.authorization(url).status == "pending":
                    raise

    def _authorizations(self, order: Order) -> Iterator[tuple[str, Authorization]]:
        for url in order.authorizations:
            yield url, self.client.authorization(url)

    def _finalize(self, order: Order, request: bytes) -> None:
        try:
            self.client.finalize(order, request)
        except AcmeRefused as refused:
            # The answer to the first time was lost: the order is further than it seemed.
            if refused.kind != "orderNotReady":
                raise

    def _why(self, order: Order) -> AcmeRefused:
        """Return what the server has against the order: a proof's trouble tells more than the order's own."""
        for _url, one in self._authorizations(order):
            if one.trouble is not None:
                return AcmeRefused(one.trouble.kind, f"{one.name}: {one.trouble.detail}")
        return order.trouble or AcmeRefused(order.status, "the order is no longer open")

    def _clean_up(self, names: tuple[str, ...]) -> None:
        """Take the proofs away, also those of a run that was killed. One that stays proves nothing any more."""
        try:
            self.records.remove(tuple(map(record_of, names)))
        except ProofFailed as error:
            log.warning("proofs left in DNS", extra={"names": names, "why": str(error)})
