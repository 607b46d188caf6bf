"""How long things take at Linode."""

from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True, kw_only=True)
class LinodeDelays:
    """Delays in seconds. The defaults are those of ``none``: everything at once."""

    publication_seconds: float = 0.0
    provision_seconds: float = 0.0
    boot_seconds: float = 0.0
    shutdown_seconds: float = 0.0
    job_seconds: float = 0.0

    @classmethod
    def cloud(cls) -> Self:
        """Give the longest publication that Linode promises, under 60 s, and guesses at the rest."""
        return cls(
            publication_seconds=60.0, provision_seconds=20.0, boot_seconds=10.0, shutdown_seconds=5.0, job_seconds=5.0
        )

    def scaled(self, factor: float) -> Self:
        """Give the same with every delay multiplied."""
        return type(self)(**{field.name: getattr(self, field.name) * factor for field in fields(self)})
