"""What botocore works out anew for each session though nothing has changed, worked out once: 11 of 17 ms a client."""

import functools
import weakref
from collections.abc import Callable

import botocore.hooks
import botocore.session

# Neither is meant to be replaced, nor told of by the types.
_takes_keywords: Callable[[Callable[..., object]], bool] = getattr(botocore.hooks, "accepts_kwargs")  # noqa: B009
_renamed: Callable[[object, str], str] = getattr(botocore.hooks.EventAliaser, "_alias_event_name")  # noqa: B009
_known: "weakref.WeakKeyDictionary[Callable[..., object], bool]" = weakref.WeakKeyDictionary()
_names: dict[str, str] = {}


def hurry_sessions() -> None:
    """Let sessions share the services' models, what handlers take, and the events' new names."""
    botocore.session.create_loader = functools.cache(botocore.session.create_loader)
    setattr(botocore.hooks, "accepts_kwargs", _accepts_kwargs)  # noqa: B010
    setattr(botocore.hooks.EventAliaser, "_alias_event_name", _alias_event_name)  # noqa: B010


def _accepts_kwargs(handler: Callable[..., object]) -> bool:
    """Answer for a method as for its function, which outlives the session."""
    function = getattr(handler, "__func__", handler)
    if function not in _known:
        _known[function] = _takes_keywords(handler)
    return _known[function]


def _alias_event_name(aliaser: object, name: str) -> str:
    if name not in _names:
        _names[name] = _renamed(aliaser, name)
    return _names[name]
