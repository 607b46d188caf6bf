"""What a planned move asks of a replicator: to mark its table's stream, and whether the markers have come through.

``mark`` is answered with ``markers``, which ``arrived`` asks for, for so many ``seconds``. That is answered with
``waiting``, how many are on their way, and with ``like``: the same markers, but only those that others of their lanes
went with. Handed in with the next ``mark``, they have the same lanes marked with far fewer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from failover.clock import Clock
from failover.replication.marker_table import MarkerTable
from failover.replication.markers import Markers, needed
from failover.replication.shards import StreamsClient, open_shards

MARKER_SECONDS = 3600  # far longer than a plan may take


@dataclass(frozen=True, kw_only=True)
class Proving:
    """``lanes`` is how many Lambda opens for each shard of the stream."""

    table: MarkerTable
    streams: StreamsClient
    stream_arn: str
    lanes: int
    clock: Clock

    def mark(self, asked: Mapping[str, Any], now: float) -> dict[str, object]:
        """Marker every lane of every shard that new changes go into; ``now`` is a time of day in seconds.

        Whoever asks makes up the ``id``, and may ask twice. ``like`` is as an earlier proof was answered: it tells keys
        for all lanes as long as there are as many. A shard that has split since has no equal among them.

        Raises:
            KeyTaken, Contended, BotoCoreError, ClientError: not all markers were written.
        """
        shards = open_shards(self.streams, self.stream_arn)
        like = asked.get("like") or {}
        if (like.get("shards"), like.get("lanes")) == (shards, self.lanes):
            markers = Markers(id=asked["id"], places=like["places"], numbers=like["numbers"])
        else:
            markers = Markers(id=asked["id"], places=asked["id"], numbers=range(needed(shards, self.lanes)))
        self.table.begin(markers, int(now) + MARKER_SECONDS)
        told = {"id": markers.id, "places": markers.places, "numbers": [*markers.numbers]}
        return {"markers": {**told, "shards": shards, "lanes": self.lanes}}

    def arrived(self, asked: Mapping[str, Any], seconds: float) -> dict[str, object]:
        """Say how many of the markers are on their way still after so many seconds, and which of them led the others.

        Raises:
            BotoCoreError, ClientError: the table did not answer, or refused.
        """
        markers = Markers(id=asked["id"], places=asked["places"], numbers=asked["numbers"])
        seen = self.table.look(markers, self.clock.monotonic() + seconds)
        return {"waiting": seen.waiting, "like": {**asked, "numbers": seen.leading}}
