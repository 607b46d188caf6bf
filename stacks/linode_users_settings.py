"""The restricted users of Linode's account whose tokens the control plane holds, and who gets their mail."""

import re
from dataclasses import dataclass

from stacks.config_error import ConfigError
from stacks.config_section import Section
from stacks.email_address import require_email

KEY = "lifeboat:app.linodeUsers"
# A username has up to 32 characters and is everybody's: https://techdocs.akamai.com/linode-api/reference/post-user.
LONGEST_USERNAME = 32
PREFIX = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_PREFIX = LONGEST_USERNAME - len("-enrolment")


@dataclass(frozen=True, kw_only=True)
class LinodeUsersSettings:
    """What usernames begin with, and whose mailbox can take each user over: it gets the letter that sets a password."""

    prefix: str
    enrolment_email: str
    failover_email: str

    def __post_init__(self) -> None:
        if not PREFIX.fullmatch(self.prefix) or len(self.prefix) > LONGEST_PREFIX:
            allowed = f"it has up to {LONGEST_PREFIX} of a-z 0-9 and single dashes; Linode's usernames are everybody's"
            raise ConfigError(f"{KEY}.prefix", self.prefix, allowed)
        require_email(f"{KEY}.enrolmentEmail", self.enrolment_email)
        require_email(f"{KEY}.failoverEmail", self.failover_email)


def read_linode_users(section: Section) -> LinodeUsersSettings | None:
    """Read ``lifeboat:app.linodeUsers``; without it no user is declared."""
    if not section.names():
        return None
    with section:
        return LinodeUsersSettings(
            prefix=section.text("prefix"),
            enrolment_email=section.text("enrolmentEmail"),
            failover_email=section.text("failoverEmail"),
        )
