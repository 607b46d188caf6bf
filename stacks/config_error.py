"""The one way in which a wrong setting stops the program."""

import pulumi

# `pulumi config set` can put one value in place, never a whole list or object.
IN_THE_FILE = "change it in Pulumi.STACK.yaml"


def set_with(key: str, type_: str | None = None) -> str:
    """Return the remedy for one value. Inside an object, without ``type_``, what looks like a whole number becomes one.

    A number with a fraction would become a text (https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/).
    """
    typed = f" --type {type_}" if type_ else ""
    return f"change it with `pulumi config set --path{typed} '{key}' VALUE`"


class ConfigError(pulumi.RunError):
    """Stops the program with one line that the operator can act on: key, value, what is allowed, the remedy."""

    def __init__(self, key: str, value: object, allowed: str, remedy: str | None = None) -> None:
        super().__init__(f"{key} is {value!r}; {allowed}; {remedy or _remedy(key, value)}")


class UnknownKey(ConfigError):
    """A key that nothing reads: misspelt, or from another version."""

    def __init__(self, key: str, known: str, close: str | None) -> None:
        hint = f"did you mean {close!r}?" if close else f"known here: {known}"
        pulumi.RunError.__init__(
            self, f"{key} is not a setting; {hint}; remove it with `pulumi config rm --path '{key}'`"
        )


class MissingKey(ConfigError):
    """A required key that has no value."""

    def __init__(self, key: str, wanted: str, remedy: str, lookalike: str | None) -> None:
        if lookalike:
            hint = f"did you mean it by {lookalike}, which is not a setting?"
            remedy = f"{hint} rename it in Pulumi.STACK.yaml"
        pulumi.RunError.__init__(self, f"{key} is missing; it must be {wanted}; {remedy}")


def _remedy(key: str, value: object) -> str:
    if isinstance(value, list | tuple | dict):
        return IN_THE_FILE
    return set_with(key, "float" if isinstance(value, float) else None)
