"""Which repository's workflows may preview and deploy the stack."""

import re
from dataclasses import dataclass

from stacks.config_error import ConfigError
from stacks.config_section import Section

# https://docs.github.com/en/rest/repos/repos; a `*` or `?` here would let other repositories in.
REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
BRANCH = re.compile(r"[A-Za-z0-9._/-]{1,100}")


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """Without a repository nothing is declared for pipelines."""

    repository: str | None
    branch: str
    first_of_account: bool

    def __post_init__(self) -> None:
        if self.repository is not None and not REPOSITORY.fullmatch(self.repository):
            raise ConfigError("lifeboat:pipeline.repository", self.repository, "it must be GitHub's OWNER/NAME")
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
