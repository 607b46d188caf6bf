"""Which repository's workflows may preview and deploy the stack."""

import re
from dataclasses import dataclass

from stacks.config_error import ConfigError
from stacks.config_section import Section

# Tokens of repositories made, renamed or transferred since July 2026 name both by ids that are never given twice
# (https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims). A `*` or `?` here would let
# other repositories in, and so would one id without the other.
OWNER, NAME, NUMBER = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", r"[A-Za-z0-9._-]{1,100}", r"@[0-9]{1,20}"
REPOSITORY = re.compile(f"{OWNER}/{NAME}|{OWNER}{NUMBER}/{NAME}{NUMBER}")
BRANCH = re.compile(r"[A-Za-z0-9._/-]{1,100}")


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """Without a repository nothing is declared for pipelines."""

    repository: str | None
    branch: str
    first_of_account: bool

    def __post_init__(self) -> None:
        if self.repository is not None and not REPOSITORY.fullmatch(self.repository):
            raise ConfigError(
                "lifeboat:pipeline.repository", self.repository, "it must be GitHub's OWNER/NAME or OWNER@ID/NAME@ID"
            )
        if not BRANCH.fullmatch(self.branch):
            raise ConfigError("lifeboat:pipeline.branch", self.branch, "it has 1-100 of A-Z a-z 0-9 . _ / -")


def read_pipeline(section: Section) -> PipelineSettings:
    """Read ``lifeboat:pipeline``."""
    with section:
        return PipelineSettings(
            repository=section.optional_text("repository"),
            branch=section.text("branch", "main"),
            first_of_account=section.flag("firstOfAccount", True),
        )
