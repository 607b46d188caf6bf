"""Who signs the certificate of the name that people use."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from stacks.config_error import ConfigError
from stacks.config_section import Section

KEY = "lifeboat:traffic.certificates"
# https://letsencrypt.org/getting-started/
LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
EMAIL = re.compile(r"[^@\s:?]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, kw_only=True)
class CertificateSettings:
    """``acme`` asks the server at ``directory``, whose terms are agreed to, and which may write to ``contact``.

    ``internal`` is a throw-away authority that no browser trusts: for the embedded cloud alone.
    """

    issuer: Literal["acme", "internal"]
    directory: str
    contact: str

    def __post_init__(self) -> None:
        if self.issuer == "internal":
            return
        address = urlsplit(self.directory)
        if address.scheme != "https" or not address.hostname or address.username or address.query:
            allowed = f"it must be an https:// address without credentials or query, such as {LETS_ENCRYPT}"
            raise ConfigError(f"{KEY}.directory", self.directory, allowed)
        if not EMAIL.fullmatch(self.contact):
            raise ConfigError(f"{KEY}.contact", self.contact, "it must be the e-mail address of whoever keeps the name")

    def require_for(self, endpoint: str | None) -> None:
        """Refuse a test authority where AWS is real.

        Raises:
            ConfigError: nobody would trust the sites.
        """
        if self.issuer == "internal" and endpoint is None:
            allowed = "it must be acme: nobody trusts an internal one, and lifeboat:endpoints.url is not set"
            raise ConfigError(f"{KEY}.issuer", self.issuer, allowed)


def read_certificates(section: Section) -> CertificateSettings:
    """Read the section; an ACME server needs to know whom to write to, and whoever gives that agrees to its terms."""
    with section:
        issuer = section.choice("issuer", ("acme", "internal"), "acme")
        if issuer == "internal":
            return CertificateSettings(issuer="internal", directory="", contact="")
        agreed = section.flag("termsAgreed", False)
        directory = section.text("directory", LETS_ENCRYPT)
        if not agreed:
            allowed = f"it must be true, once you have read the terms of {urlsplit(directory).hostname}"
            raise ConfigError(f"{KEY}.termsAgreed", agreed, allowed)
        return CertificateSettings(issuer="acme", directory=directory, contact=section.text("contact"))
