"""Which call is which operation."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.profile import User
from localcloud.linode.jobs import Jobs
from localcloud.linode.json_values import Json
from localcloud.linode.publication import Publication
from localcloud.linode.refusals import Refused, not_found

PARAMETER = re.compile(r"\{(\w+)\}")
WITH_SLASH = frozenset({"imageId", "kernelId", "engineId"})  # linode/debian12, linode/grub2, mysql/8


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation as it was asked for, and what it may work on."""

    account: Account
    jobs: Jobs
    publication: Publication
    ids: Mapping[str, str]
    body: Body
    user: User

    def id(self, name: str) -> int:
        """Read a number from the path.

        Raises:
            Refused: it is no number, so nothing is there (404).
        """
        if not self.ids[name].isdecimal():
            raise not_found()
        return int(self.ids[name])


Answer: TypeAlias = Callable[[Call], Json]


@dataclass(frozen=True, kw_only=True)
class Route:
    """An operation of the API, named as its page of the reference is.

    https://techdocs.akamai.com/linode-api/reference/OPERATION. ``scope`` None: nobody needs to say who calls. A list
    is ``paged``, and can be filtered on the fields ``filterable``.
    """

    operation: str
    method: str
    path: str
    scope: str | None
    answer: Answer
    paged: bool = False
    filterable: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Give what the paths of its calls look like."""
        return re.compile(PARAMETER.sub(_parameter, self.path))


def collection(operation: str, path: str, scope: str | None, answer: Answer, filterable: str = "") -> Route:
    """Declare an operation that lists; ``filterable`` names fields, between spaces."""
    return Route(
        operation=operation,
        method="GET",
        path=path,
        scope=scope,
        answer=answer,
        paged=True,
        filterable=frozenset(filterable.split()),
    )


def view(operation: str, path: str, scope: str | None, answer: Answer) -> Route:
    """Declare an operation that shows one thing."""
    return Route(operation=operation, method="GET", path=path, scope=scope, answer=answer)


def change(operation: str, method_and_path: str, family: str, answer: Answer) -> Route:
    """Declare an operation that changes something: ``"POST /domains"``, and the family of its scope."""
    method, path = method_and_path.split()
    return Route(operation=operation, method=method, path=path, scope=f"{family}:read_write", answer=answer)


class Routes:
    """All operations that are served."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.all = tuple(routes)
        self._by_family: dict[str, list[Route]] = {}
        for route in self.all:
            self._by_family.setdefault(_family(route.path), []).append(route)

    def find(self, method: str, path: str) -> tuple[Route, Mapping[str, str]]:
        """Give the operation of a call and what its path names.

        Raises:
            Refused: nothing is there (404), or it does not take the method (405).
        """
        near = self._by_family.get(_family(path), [])
        found = [(route, match) for route in near if (match := route.pattern.fullmatch(path))]
        if not found:
            raise not_found()
        for route, match in found:
            if route.method == method:
                return route, match.groupdict()
        raise Refused(405, "Method Not Allowed")


def _family(path: str) -> str:
    """Give the first word of a path, which spares most of the looking."""
    return path.split("/")[1] if "/" in path else ""


def _parameter(named: re.Match[str]) -> str:
    shape = "[^/]+(?:/[^/]+)?" if named[1] in WITH_SLASH else "[^/]+"
    return f"(?P<{named[1]}>{shape})"
