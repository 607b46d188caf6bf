"""What the look is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import Misconfigured, required
from failover.protocol import Protocol
from failover.readiness.inventory import Inventory


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The region that looks, what the stack has, the times that it keeps."""

    region: str
    inventory: Inventory
    protocol: Protocol

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables.

        Raises:
            Misconfigured: one is missing or has no meaning.
        """
        texts = {name: required(environ, name) for name in ("AWS_REGION", "LIFEBOAT_INVENTORY", "LIFEBOAT_PROTOCOL")}
        try:
            return cls(
                region=texts["AWS_REGION"],
                inventory=Inventory.from_json(texts["LIFEBOAT_INVENTORY"]),
                protocol=Protocol.from_json(texts["LIFEBOAT_PROTOCOL"]).scaled(),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise Misconfigured(f"LIFEBOAT_INVENTORY or LIFEBOAT_PROTOCOL cannot be read: {error}") from error
