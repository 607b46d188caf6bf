"""Who may call, and with what."""

from dataclasses import dataclass, field

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
    username: str
    expiry: str = NEVER

    def allows(self, scope: str) -> bool:
        """Say whether it may do what ``family:access`` names; read_write allows read_only as well."""
        family, _, access = scope.partition(":")
        granted = self.scopes.split()
        enough = {f"{family}:read_write", f"{family}:*"} | ({f"{family}:read_only"} if access == "read_only" else set())
        return EVERYTHING in granted or bool(enough & set(granted))


@dataclass(frozen=True, kw_only=True)
class Grants:
    """What a restricted user may do: kind, id and ``read_only`` or ``read_write``; and the kinds that he may add."""

    permissions: frozenset[tuple[str, int, str]] = frozenset()
    added: frozenset[str] = frozenset()

    @property
    def seen(self) -> frozenset[tuple[str, int]]:
        """Give what he may see, by kind and id."""
        return frozenset((kind, number) for kind, number, _ in self.permissions)

    @property
    def changed(self) -> frozenset[tuple[str, int]]:
        """Give what he may change, by kind and id."""
        return frozenset((kind, number) for kind, number, access in self.permissions if access == "read_write")


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who may use the account; only a restricted user is held to grants."""

    username: str
    email: str
    restricted: bool
    created: str
    grants: Grants = field(default_factory=Grants)


@dataclass(frozen=True, kw_only=True)
class SshKey:
    """A public key that new instances can be given."""

    id: int
    label: str
    ssh_key: str
    created: str
