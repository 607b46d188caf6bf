"""What the observer is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import Environment, Misconfigured, read_environment, required


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``max_latency_ms`` is the allowance over the observer's own baseline."""

    environment: Environment
    observer: str
    orchestrator_function: str
    max_latency_ms: float

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the function's variables.

        Raises:
            Misconfigured: one is missing or has no meaning.
        """
        text = required(environ, "MAX_LATENCY_MS")
        if not text.isascii() or not text.isdecimal() or int(text) == 0:
            raise Misconfigured(f"MAX_LATENCY_MS is {text!r}, not a whole number of milliseconds over 0")
        return cls(
            environment=read_environment(environ),
            observer=required(environ, "OBSERVER"),
            orchestrator_function=required(environ, "ORCHESTRATOR_FUNCTION"),
            max_latency_ms=float(text),
        )
