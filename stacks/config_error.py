"""The one way in which a wrong setting stops the program."""

import pulumi


class ConfigError(pulumi.RunError):
    """Stops the program with one line that the operator can act on: key, value, what is allowed, the command."""

    def __init__(self, key: str, value: object, allowed: str, command: str | None = None) -> None:
        remedy = command or f"pulumi config set --path '{key}' VALUE"
        super().__init__(f"{key} is {value!r}; {allowed}; change it with `{remedy}`")


class UnknownKey(ConfigError):
    """A key that nothing reads: misspelt, or from another version."""

    def __init__(self, key: str, known: str, close: str | None) -> None:
        hint = f"did you mean {close!r}?" if close else f"known here: {known}"
        pulumi.RunError.__init__(
            self, f"{key} is not a setting; {hint}; remove it with `pulumi config rm --path '{key}'`"
        )


class MissingKey(ConfigError):
    """A required key that has no value."""

    def __init__(self, key: str, wanted: str) -> None:
        pulumi.RunError.__init__(
            self, f"{key} is missing; it must be {wanted}; set it with `pulumi config set --path '{key}' VALUE`"
        )
