"""What a write ends with: the word that it is done, or that nobody knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestTypeDef


class UncertainWrite(Exception):
    """The write may or may not have been carried out, or an unplanned failover may undo it. Nothing was promised.

    ``token`` is the ``ClientRequestToken`` of a transaction: the same transaction may be sent with it again in the same
    epoch, for ten minutes, and is carried out once.
    """

    token: str | None = None

    def __init__(self, region: str, epoch: int | None, detail: str) -> None:
        super().__init__(f"{region}, epoch {epoch}: {detail}; read before writing it again")
        self.region = region
        self.epoch = epoch


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The write is done. ``epoch`` is None for tables that need no view; ``attributes`` if ``ReturnValues`` asked."""

    region: str
    epoch: int | None
    attributes: "Mapping[str, AttributeValueTypeDef]"


class BatchIncomplete(Exception):
    """A batch that was not written as a whole; each of its requests is in exactly one of the three lists.

    ``written`` is acknowledged. ``not_written`` had no effect and never will. ``uncertain`` may have been carried out,
    or an unplanned failover may undo it. Puts and deletes may be sent again, unless somebody else wrote meanwhile. The
    cause (``__cause__``) says what stopped it.
    """

    def __init__(
        self,
        *,
        epoch: int | None,
        written: "Sequence[WriteRequestTypeDef]",
        not_written: "Sequence[WriteRequestTypeDef]",
        uncertain: "Sequence[WriteRequestTypeDef]",
    ) -> None:
        counts = f"{len(written)} written, {len(not_written)} not, {len(uncertain)} uncertain"
        super().__init__(f"epoch {epoch}: {counts}; send those not written again, read the uncertain ones first")
        self.epoch = epoch
        self.written = tuple(written)
        self.not_written = tuple(not_written)
        self.uncertain = tuple(uncertain)
