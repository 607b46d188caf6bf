"""Proofs in a domain of Linode's DNS Manager.

Its servers get an edit within a minute and nothing tells when they have it, so that minute is waited out
(https://techdocs.akamai.com/cloud-computing/docs/dns-manager).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from failover.certificates.exchange import Answer, Exchange, NoAnswer
from failover.certificates.proofs import Pause, ProofFailed

API: Final = "https://api.linode.com/v4"
TTL_SECONDS: Final = 30
PUBLISHED_SECONDS: Final = 90.0
PAGE: Final = 500


class LinodeProofs:
    """``token`` is one that may write domains and nothing else; it is in no message."""

    def __init__(self, exchange: Exchange, token: str, zone: str, api: str = API) -> None:
        self._exchange = exchange
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._zone = zone
        self._api = api

    def publish(self, texts: Mapping[str, str], pause: Pause) -> None:
        """Write the records and wait until Linode's servers have them.

        Raises:
            ProofFailed: Linode refuses, cannot be reached, or has no such domain.
        """
        domain = self._domain()
        there = {one["name"]: one["id"] for one in self._proofs(domain)}
        for name, text in texts.items():
            record = {"type": "TXT", "name": self._relative(name), "target": text, "ttl_sec": TTL_SECONDS}
            if (known := there.get(record["name"])) is None:
                self._told("POST", f"/domains/{domain}/records", record)
            else:
                self._told("PUT", f"/domains/{domain}/records/{known}", {"target": text})
        pause(PUBLISHED_SECONDS)

    def remove(self, names: tuple[str, ...]) -> None:
        """Delete the records.

        Raises:
            ProofFailed: Linode refuses, cannot be reached, or has no such domain.
        """
        domain, relative = self._domain(), {self._relative(name) for name in names}
        for record in [one for one in self._proofs(domain) if one["name"] in relative]:
            self._told("DELETE", f"/domains/{domain}/records/{record['id']}")

    def _domain(self) -> int:
        for domain in self._all("/domains"):
            if domain["domain"] == self._zone:
                return int(domain["id"])
        raise ProofFailed(f"Linode's DNS has no domain {self._zone} that the token may see")

    def _proofs(self, domain: int) -> list[Any]:
        return [one for one in self._all(f"/domains/{domain}/records") if one["type"] == "TXT"]

    def _relative(self, name: str) -> str:
        return name.removesuffix(f".{self._zone}")

    def _all(self, path: str) -> Iterator[Any]:
        page, pages = 1, 1
        while page <= pages:
            told = self._told("GET", f"{path}?page={page}&page_size={PAGE}")
            yield from told["data"]
            page, pages = page + 1, int(told["pages"])

    def _told(self, method: str, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        try:
            answer = self._exchange(method, f"{self._api}{path}", content, self._headers)
        except NoAnswer as error:
            raise ProofFailed(f"Linode's API: {error}") from error
        told = _object(answer)
        if answer.status != 200:
            reasons = [str(one.get("reason")) for one in told.get("errors", ())]
            raise ProofFailed(f"Linode's API answered {method} {path} with {answer.status}: {'; '.join(reasons)}")
        return told


def _object(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = None
    return told if isinstance(told, dict) else {}
