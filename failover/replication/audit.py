"""Which acknowledged writes DynamoDB's own replication overruled: the last writer wins, whether it knew of the others.

Of two writes that did not know of each other, the region that took the later one drops the earlier and tells nobody.
The region that took the earlier one puts the later in its place, and its stream has both: what is replaced as the old
image, by what as the new one. So each loser of a global table with two replicas is in one stream, that of its own
region (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html).
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from failover.failures import AWS_ERRORS, code_of
from failover.replication.changes import Change, PoisonRecord, change_of, sequence_of
from failover.replication.dead_letters import DeadLetters
from failover.replication.losers import Loser, Losers
from failover.sites import Site

log = logging.getLogger(__name__)
SOURCE = re.compile(r"arn:[^:]+:dynamodb:[^:]+:\d+:table/([^/]+)/stream/.+")


def overruled(change: Change, here: Site) -> bool:
    """Say whether a change put a write of the other site in place of one of ``here`` that it was not made upon.

    Whose is newer does not matter: DynamoDB went by its own time, and a version may be of a later epoch than the one
    that won. Two deletions want the same. What was written around the client has no stamp of its own, so that nothing
    says what it knew.
    """
    lost, won = change.old_stamp, change.stamp
    if lost is None or won is None or lost.version.origin != here or won.version.origin == here:
        return False
    return not won.has_seen(lost.version) and not (lost.deleted and won.deleted)


@dataclass(frozen=True, kw_only=True)
class Audited:
    """What became of a batch: how many were listed, and the first record to come again (``None``: none has to)."""

    listed: int
    failed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Auditor:
    """Lists what the tables of one region lost."""

    here: Site
    losers: Losers
    dead_letters: DeadLetters

    def audit(self, records: Sequence[Mapping[str, Any]]) -> Audited:
        """List the losers of a batch, up to the first record that could not be dealt with.

        All from that one on comes again, which is how Lambda takes a number of a stream's record
        (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html); none is listed twice.
        """
        listed = 0
        for record in records:
            try:
                listed += self._list(record)
            except AWS_ERRORS as error:
                log.warning("records come again", extra={"first": sequence_of(record), "error": code_of(error)})
                return Audited(listed=listed, failed=sequence_of(record))
        return Audited(listed=listed)

    def _list(self, record: Mapping[str, Any]) -> bool:
        try:
            table, change = _table_of(record), change_of(record)
        except PoisonRecord as poison:
            self.dead_letters.keep(record, str(poison))
            return False
        if not overruled(change, self.here):
            return False
        self.losers.note(Loser(table, change.key, change.old, change.old_stamp, change.stamp, change.sequence))
        return True


def _table_of(record: Mapping[str, Any]) -> str:
    found = SOURCE.fullmatch(str(record.get("eventSourceARN")))
    if found is None:
        raise PoisonRecord(f"it is of {record.get('eventSourceARN')!r}, which is no table's stream")
    return found[1]
