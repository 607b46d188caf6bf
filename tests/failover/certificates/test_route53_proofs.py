"""Proofs count as published when every server of Route 53 has them, not before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from failover.certificates.proofs import ProofFailed
from failover.certificates.route53_proofs import LOOK_SECONDS, Route53Proofs

TEXTS = {"_acme-challenge.shop.example.com": "proof"}


@dataclass
class Route53:
    """A zone whose changes take some looks; ``refusal`` comes in place of any answer to that call."""

    looks: int = 0
    refusal: str = ""
    changes: list[tuple[str, str]] = field(default_factory=list)

    def change_resource_record_sets(self, *, HostedZoneId: str, ChangeBatch: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803
        self._refuse("ChangeResourceRecordSets")
        for change in ChangeBatch["Changes"]:
            self.changes.append((change["Action"], change["ResourceRecordSet"]["ResourceRecords"][0]["Value"]))
        return self._change(f"/change/{HostedZoneId}")

    def get_change(self, *, Id: str) -> Mapping[str, Any]:  # noqa: N803
        self._refuse("GetChange")
        self.looks -= 1
        return self._change(Id)

    def _change(self, id_: str) -> Mapping[str, Any]:
        return {"ChangeInfo": {"Id": id_, "Status": "PENDING" if self.looks > 0 else "INSYNC"}}

    def _refuse(self, call: str) -> None:
        if self.refusal == call:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, call)


def test_a_change_is_waited_for_until_all_servers_have_it() -> None:
    route53, waited = Route53(looks=3), list[float]()
    Route53Proofs(route53, "Z1").publish(TEXTS, waited.append)
    assert waited == [LOOK_SECONDS] * 3
    assert route53.changes == [("UPSERT", '"proof"')]


def test_what_is_removed_is_first_made_to_say_what_is_known() -> None:
    route53 = Route53()
    Route53Proofs(route53, "Z1").remove(tuple(TEXTS))
    assert route53.changes == [("UPSERT", '"removed"'), ("DELETE", '"removed"')]


@pytest.mark.parametrize("call", ["ChangeResourceRecordSets", "GetChange"])
def test_a_refusal_names_the_zone_and_the_reason(call: str) -> None:
    proofs = Route53Proofs(Route53(looks=1, refusal=call), "Z1")
    with pytest.raises(ProofFailed, match="Z1: AccessDenied"):
        proofs.publish(TEXTS, lambda _seconds: None)
