"""Where the control plane runs."""

from dataclasses import dataclass

from stacks.aws_regions import SETS_FOR_PEOPLE, mrsc_set_of
from stacks.config_error import ConfigError
from stacks.config_section import Section

KEY = "lifeboat:control.regions"


@dataclass(frozen=True, kw_only=True)
class ControlSettings:
    """The three regions that hold a full replica of the control table and run an observer and an orchestrator each."""

    regions: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.regions)) != 3 or len(self.regions) != 3:
            raise ConfigError(KEY, list(self.regions), "the control plane needs exactly three different regions")
        if mrsc_set_of(self.regions) is None:
            raise ConfigError(KEY, list(self.regions), f"all three must be of one MRSC set: {SETS_FOR_PEOPLE}")


def read_control(section: Section) -> ControlSettings:
    """Read ``lifeboat:control``."""
    with section:
        return ControlSettings(regions=section.texts("regions"))
