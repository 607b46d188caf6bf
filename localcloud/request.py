"""What goes through the gateway: requests, responses and connections cut on purpose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Self, TypeAlias, get_args
from wsgiref.types import WSGIEnvironment

from localcloud.caller import Caller

Cut: TypeAlias = Literal["refuse", "reset", "blackhole"]
"""How a connection ends without an answer.

``refuse``: closed at once without a byte. One listener serves every region, so a closed port cannot be shown: the SDK
sees a connection closed before the reply instead of a refused connect, and retries both alike. ``reset``: RST.
``blackhole``: connected, kept open, never answered: clients meet their read timeout, not their connect timeout.
"""

CUTS: tuple[Cut, ...] = get_args(Cut)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call to one operation of one service in one region.

    ``region`` is where the operation's control or data plane is; ``params`` are the JSON fields, form fields, or path
    and query values of the call; ``environ`` is WSGI's, its input already read into ``body``.
    """

    caller: Caller
    region: str
    service: str
    operation: str
    params: Mapping[str, object]
    body: bytes
    environ: WSGIEnvironment = field(repr=False)

    def signed_for(self, region: str) -> Self:
        """Give the same call as if made to another region."""
        scope = self.environ.get("HTTP_AUTHORIZATION", "").split("/")
        moved = "/".join([*scope[:2], region, *scope[3:]])
        return replace(self, region=region, environ={**self.environ, "HTTP_AUTHORIZATION": moved})


@dataclass(frozen=True, kw_only=True)
class Response:
    """An HTTP answer; header names are as the service spells them."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Handler: TypeAlias = Callable[[Request], Response]


class Severed(Exception):
    """The caller gets no answer: its connection ends, or hangs while ``held`` says so."""

    def __init__(self, cut: Cut, cause: str, held: Callable[[], bool] = lambda: False) -> None:
        super().__init__(f"{cut}: {cause}")
        self.cut: Cut = cut
        self.cause = cause
        self.held = held
