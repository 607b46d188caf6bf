"""An order as the server tells it, and what comes next; decided without asking anybody.

https://www.rfc-editor.org/rfc/rfc8555#section-7.1.6
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from failover.certificates.problem import AcmeRefused, AcmeUnavailable, described


class Step(enum.Enum):
    """What to do with an order."""

    PROVE = "prove"
    WAIT = "wait"
    FINALIZE = "finalize"
    FETCH = "fetch"
    GIVE_UP = "give up"


@dataclass(frozen=True, kw_only=True)
class Order:
    """``wait_seconds`` is how long the server wants to be left alone, if it said so."""

    url: str
    status: str
    authorizations: tuple[str, ...]
    finalize: str
    certificate: str
    trouble: AcmeRefused | None = None
    wait_seconds: float | None = None

    @classmethod
    def parse(cls, url: str, told: Mapping[str, Any], wait_seconds: float | None) -> "Order":
        """Read an order.

        Raises:
            AcmeUnavailable: it lacks what every order has.
        """
        try:
            return cls(
                url=url,
                status=str(told["status"]),
                authorizations=tuple(map(str, told["authorizations"])),
                finalize=str(told["finalize"]),
                certificate=str(told.get("certificate", "")),
                trouble=described(told["error"], "invalid") if isinstance(told.get("error"), dict) else None,
                wait_seconds=wait_seconds,
            )
        except (KeyError, TypeError):
            raise AcmeUnavailable("the server's answer is no order") from None


@dataclass(frozen=True, kw_only=True)
class Authorization:
    """One name: whether it is proved, and by which text in DNS it can be; ``challenge`` is whom to tell then."""

    name: str
    status: str
    challenge: str
    text: str
    trouble: AcmeRefused | None

    @classmethod
    def parse(cls, told: Mapping[str, Any], proof: Callable[[str], str]) -> "Authorization":
        """Read an authorization.

        Raises:
            AcmeUnavailable: it lacks what every authorization has.
            AcmeRefused: the name cannot be proved by DNS.
        """
        try:
            name, status = str(told["identifier"]["value"]), str(told["status"])
            offered = [one for one in told["challenges"] if one["type"] == "dns-01"]
            if not offered:
                raise AcmeRefused("unsupportedChallenge", f"{name} cannot be proved by dns-01 here")
            [challenge, *_] = offered
            trouble = described(challenge["error"], "invalid") if "error" in challenge else None
            url, text = str(challenge["url"]), proof(str(challenge["token"]))
            return cls(name=name, status=status, challenge=url, text=text, trouble=trouble)
        except (KeyError, TypeError):
            raise AcmeUnavailable("the server's answer is no authorization") from None


def next_step(order: Order, *, proved: bool) -> Step:
    """Say what comes next; ``proved`` if the server was told to look at the proofs already."""
    steps = {"ready": Step.FINALIZE, "processing": Step.WAIT, "valid": Step.FETCH}
    if order.status == "pending":
        return Step.WAIT if proved else Step.PROVE
    return steps.get(order.status, Step.GIVE_UP)
