"""Sessions of roles that somebody took by STS: whose keys they are, what they are tagged with, when they end."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from localcloud.iam import Values
from localcloud.policy_variables import PRINCIPAL_TAG


@dataclass(frozen=True, kw_only=True)
class Session:
    """Who acts with a role; ``ends`` is None for a function, whose credentials Lambda renews."""

    role_arn: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    ends: datetime | None = None

    @property
    def context(self) -> Mapping[str, Values]:
        """Return the condition keys that each of the session's calls has."""
        return {f"{PRINCIPAL_TAG}{name.lower()}": (value,) for name, value in self.tags.items()}

    def over(self, now: datetime) -> bool:
        """Say whether its credentials have expired."""
        return self.ends is not None and now >= self.ends


class Sessions:
    """The sessions by access key id; several threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[str, Session] = {}

    def add(self, access_key_id: str, session: Session) -> None:
        """Note who has a key from now on."""
        with self._lock:
            self._by_key[access_key_id] = session

    def get(self, access_key_id: str) -> Session | None:
        """Return whose key it is; None for a key that STS never gave."""
        with self._lock:
            return self._by_key.get(access_key_id)
