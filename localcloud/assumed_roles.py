"""STS's AssumeRole: whether the role trusts the caller, for how long, and with which tags.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from localcloud.gateway import Gateway
from localcloud.iam import Access, PolicyError, Values
from localcloud.protocols import denied, error
from localcloud.request import Request, Response
from localcloud.sessions import Session

KEY = re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>")
DEFAULT_SECONDS = 3600
LONGEST_CHAINED_SECONDS = 3600


class AssumedRoles:
    """Answers AssumeRole; the caller's own role has been asked by then."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._roles = gateway.roles
        gateway.routes["sts", "AssumeRole"] = self.answer

    def answer(self, request: Request) -> Response:
        """Give a session's credentials, or say why not."""
        role_arn, name = str(request.params.get("RoleArn", "")), str(request.params.get("RoleSessionName", ""))
        seconds = int(str(request.params.get("DurationSeconds", DEFAULT_SECONDS)))
        caller, tags = self._roles.session_of(request.caller), dict(_tags(request.params))
        if caller and seconds > LONGEST_CHAINED_SECONDS:
            return error(request, 400, "ValidationError", "DurationSeconds exceeds the 1 hour limit of role chaining")
        principal = caller.role_arn if caller else request.caller.access_key_id
        if not self._trusted(role_arn, _context(principal, name, tags), tagged=bool(tags)):
            return denied(request, f"{principal} is not authorized to perform: sts:AssumeRole on resource: {role_arn}")
        response = self._gateway.moto(request)
        if found := KEY.search(response.body):
            ends = self._gateway.calendar.now() + timedelta(seconds=seconds)
            session = Session(role_arn=role_arn, name=name, tags=tags, ends=ends)
            self._roles.sessions.add(found[1].decode(), session)
        return response

    def _trusted(self, role_arn: str, context: Mapping[str, Values], *, tagged: bool) -> bool:
        actions = ("sts:AssumeRole", "sts:TagSession") if tagged else ("sts:AssumeRole",)
        try:
            return all(
                self._roles.trusts(Access(action=action, resource=role_arn, context=context)) for action in actions
            )
        except PolicyError:
            return False


def _tags(params: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the tags of a form's numbered fields."""
    number = 1
    while f"Tags.member.{number}.Key" in params:
        yield str(params[f"Tags.member.{number}.Key"]), str(params[f"Tags.member.{number}.Value"])
        number += 1


def _context(principal: str, name: str, tags: Mapping[str, str]) -> Mapping[str, Values]:
    tagged = {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}
    keys = {"aws:tagkeys": tuple(tags)} if tags else {}
    return {"aws:principalarn": (principal,), "sts:rolesessionname": (name,), **keys, **tagged}
