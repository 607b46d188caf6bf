"""What the secret of a site certificate holds. Machines read it, so it needs nothing but the standard library."""

import json
from dataclasses import asdict, dataclass

SCHEMA = 1


class UnreadableValue(Exception):
    """The secret holds something else than a certificate of ours. Never says what."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CertificateValue:
    """``chain`` is PEM, the leaf first; ``key`` its private key, PEM; ``issuer`` says who was asked for it.

    ``root`` is what verifies the chain where no system does: a test authority's own certificate, else empty.
    """

    chain: str
    key: str
    issuer: str
    root: str = ""

    def __repr__(self) -> str:
        """Say nothing of the key, wherever it may be printed."""
        return f"CertificateValue(issuer={self.issuer!r})"

    def to_json(self) -> str:
        """Return the secret's text."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "CertificateValue":
        """Read the secret's text.

        Raises:
            UnreadableValue: it is none of ours.
        """
        try:
            told = json.loads(text)
            if told.pop("schema") != SCHEMA:
                raise UnreadableValue("the secret's schema is not 1; update what reads it")
            value = cls(**told)
        except (ValueError, TypeError, KeyError, AttributeError):
            # The error's own text may quote the value, and with it the key.
            raise UnreadableValue("the secret holds no certificate of ours") from None
        if not all(isinstance(one, str) for one in asdict(value).values()):
            raise UnreadableValue("the secret holds no certificate of ours")
        return value

    def pem(self) -> str:
        """Return the file that HAProxy reads: the chain, then the key, without an empty line.

        https://docs.haproxy.org/2.6/configuration.html#5.1-crt
        """
        lines = f"{self.chain}\n{self.key}".splitlines()
        return "".join(f"{line.strip()}\n" for line in lines if line.strip())
