"""Lists the losers of one batch of a table's stream, and says from which record on it must come again.

The event source mapping lets only records through in which the other site's version stands in place of one of this
site. `lifeboat redrive` sends records that were dead letters as a batch of its own, which says ``redriven``.
"""

import functools
import logging
import os
from collections.abc import Mapping
from typing import Any

from failover.aws_clients import client
from failover.replication.audit import Auditor
from failover.replication.dead_letters import DeadLetterBucket, KeptAlready
from failover.replication.losers import LoserTable
from lambdas.divergence_auditor.settings import Settings

log = logging.getLogger(__name__)
READ_SECONDS = 3.0


@functools.cache
def auditor(*, redriven: bool) -> Auditor:
    """Read the settings and make the clients, once per process."""
    told = Settings.from_env(os.environ)
    bucket = DeadLetterBucket(client("s3", told.region), told.dead_letter_bucket, told.function)
    return Auditor(
        here=told.here,
        losers=LoserTable(client("dynamodb", told.region, read_seconds=READ_SECONDS), told.losers_table),
        dead_letters=KeptAlready() if redriven else bucket,
    )


def handle(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """List what the batch lost; Lambda sends it again from the first record that failed."""
    audited = auditor(redriven="redriven" in event).audit(event["Records"])
    failed = [] if audited.failed is None else [audited.failed]
    log.info("audited", extra={"records": len(event["Records"]), "listed": audited.listed, "failed": len(failed)})
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in failed]}
