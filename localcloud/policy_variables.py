"""Variables in policies, of which tags of the session that calls are known here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Iterable, Mapping

VARIABLE = re.compile(r"\$\{([^}]*)\}")
PRINCIPAL_TAG = "aws:principaltag/"


def unknown_variables(texts: Iterable[str]) -> list[str]:
    """Return the variables that have no meaning here."""
    return [name for text in texts for name in VARIABLE.findall(text) if not name.lower().startswith(PRINCIPAL_TAG)]


def filled(texts: Iterable[str], context: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the texts with their variables' values; one whose variable has none matches nothing, and is left out."""
    found = (_filled(text, context) for text in texts)
    return tuple(text for text in found if text is not None)


def _filled(text: str, context: Mapping[str, tuple[str, ...]]) -> str | None:
    names = [name.lower() for name in VARIABLE.findall(text)]
    if not all(context.get(name) for name in names):
        return None
    return VARIABLE.sub(lambda found: context[found[1].lower()][0], text)
