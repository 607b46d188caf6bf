"""Proofs in a zone of Route 53: one change for all of them, waited for until every server has it.

A change goes through the control plane in us-east-1, which no failover needs; a renewal has a third of the
certificate's life for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from failover.certificates.proofs import Pause, ProofFailed
from failover.failures import AWS_ERRORS, code_of

if TYPE_CHECKING:
    from failover.certificates.route53_client import Route53Client

TTL_SECONDS: Final = 30
LOOK_SECONDS: Final = 3.0
REMOVED: Final = "removed"


class Route53Proofs:
    """The zone is told by its id."""

    def __init__(self, client: Route53Client, zone_id: str) -> None:
        self._client = client
        self._zone_id = zone_id

    def publish(self, texts: Mapping[str, str], pause: Pause) -> None:
        """Write the records and wait until they are `INSYNC`, which takes up to a minute.

        https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html

        Raises:
            ProofFailed: Route 53 refuses, or cannot be reached.
        """
        change = self._change("UPSERT", texts)
        while change["Status"] != "INSYNC":
            pause(LOOK_SECONDS)
            try:
                change = self._client.get_change(Id=change["Id"])["ChangeInfo"]
            except AWS_ERRORS as error:
                raise ProofFailed(f"{self._zone_id}: {code_of(error)}: {error}") from error

    def remove(self, names: tuple[str, ...]) -> None:
        """Delete the records. To be deleted one must be told whole, so each is first made to say what is known.

        Raises:
            ProofFailed: Route 53 refuses, or cannot be reached.
        """
        for action in ("UPSERT", "DELETE"):
            self._change(action, dict.fromkeys(names, REMOVED))

    def _change(self, action: str, texts: Mapping[str, str]) -> Any:
        changes = [{"Action": action, "ResourceRecordSet": _record(name, text)} for name, text in texts.items()]
        try:
            answer = self._client.change_resource_record_sets(
                HostedZoneId=self._zone_id, ChangeBatch={"Comment": "lifeboat certificate", "Changes": changes}
            )
        except AWS_ERRORS as error:
            raise ProofFailed(f"{self._zone_id}: {code_of(error)}: {error}") from error
        return answer["ChangeInfo"]


def _record(name: str, text: str) -> dict[str, object]:
    values = [{"Value": f'"{text}"'}]
    return {"Name": name, "Type": "TXT", "TTL": TTL_SECONDS, "ResourceRecords": values}
