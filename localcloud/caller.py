"""Who sent a request, as its access key id says."""

from dataclasses import dataclass
from typing import Self

OUTSIDE = "outside"
NOWHERE = "-"
ANONYMOUS = "anonymous"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One process that calls the cloud.

    ``kind`` is ``lambda`` (runs inside ``region``), ``client``, ``operator`` or ``deployer`` (run on other machines,
    near ``region``), ``internal`` (the cloud itself: exempt from faults, latency and policies) or ``outside`` (any
    other key).
    """

    kind: str
    region: str
    name: str
    instance: str

    @classmethod
    def parse(cls, access_key_id: str) -> Self:
        """Read ``kind.region.name.instance``; any other key is a caller from outside, near no region."""
        parts = access_key_id.split(".")
        if len(parts) != 4:
            return cls(kind=OUTSIDE, region=NOWHERE, name=access_key_id or ANONYMOUS, instance="0")
        return cls(kind=parts[0], region=parts[1], name=parts[2], instance=parts[3])

    @property
    def access_key_id(self) -> str:
        """Give the key that ``parse`` reads."""
        return self.name if self.kind == OUTSIDE else f"{self.kind}.{self.region}.{self.name}.{self.instance}"

    @property
    def is_lambda(self) -> bool:
        """Say whether a function's role limits the caller and its region's loss stops it."""
        return self.kind == "lambda"

    @property
    def is_anonymous(self) -> bool:
        """Say whether the call has no credentials."""
        return self.kind == OUTSIDE and self.name == ANONYMOUS

    @property
    def is_internal(self) -> bool:
        """Say whether the cloud itself is calling."""
        return self.kind == "internal"


INTERNAL = Caller(kind="internal", region=NOWHERE, name="cloud", instance="0")
