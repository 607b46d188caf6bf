"""Who may call, and with what."""

from dataclasses import dataclass

EVERYTHING = "*"
NEVER = "2999-01-01T00:00:00"


@dataclass(frozen=True, kw_only=True)
class Token:
    """A personal access token; ``scopes`` as the API writes them: ``*`` or ``linodes:read_write domains:read_only``."""

    id: int
    label: str
    scopes: str
    token: str
    created: str
    expiry: str = NEVER

    def allows(self, scope: str) -> bool:
        """Say whether it may do what ``family:access`` names; read_write allows read_only as well."""
        family, _, access = scope.partition(":")
        granted = self.scopes.split()
        enough = {f"{family}:read_write", f"{family}:*"} | ({f"{family}:read_only"} if access == "read_only" else set())
        return EVERYTHING in granted or bool(enough & set(granted))


@dataclass(frozen=True, kw_only=True)
class Grants:
    """What a restricted user may see and change, by kind and id, and the kinds that he may add."""

    seen: frozenset[tuple[str, int]]
    changed: frozenset[tuple[str, int]]
    added: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class SshKey:
    """A public key that new instances can be given."""

    id: int
    label: str
    ssh_key: str
    created: str
