"""What a write ends with: the word that it is done, or that nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


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
