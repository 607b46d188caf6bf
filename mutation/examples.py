"""A plugin of pytest: the same examples in each run, so that a mutant's fate does not depend on luck."""

from hypothesis import Phase, settings

settings.register_profile(
    "mutation", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile("mutation")
