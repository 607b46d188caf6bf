"""Answers a call of the API: who calls, which operation, how often, what is shown of it."""

import json
from dataclasses import replace
from urllib.parse import parse_qsl

from localcloud.latency import LOCAL_KINDS
from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.profile import NEVER, Token, User
from localcloud.linode.filters import filtered
from localcloud.linode.grants import check_grants, visible, with_made
from localcloud.linode.identify import api_path
from localcloud.linode.jobs import Jobs
from localcloud.linode.json_values import Json
from localcloud.linode.pages import page_of
from localcloud.linode.publication import Publication
from localcloud.linode.rate_limits import RateLimits
from localcloud.linode.refusals import JSON_TYPE, Refused
from localcloud.linode.routes import Call, Route, Routes
from localcloud.request import Request, Response

ANYBODY = User(username="", email="", restricted=True, created=NEVER)
NO_TOKEN = Token(id=0, label="", scopes="", token="", created=NEVER, username=ANYBODY.username)
NOT_AUTHORIZED = "Your OAuth token is not authorized to use this endpoint."
"""Said with 401, as seen in https://github.com/linode/linode-cli/issues/142."""


class Api:
    """The API of one account."""

    def __init__(
        self, account: Account, jobs: Jobs, publication: Publication, routes: Routes, limits: RateLimits
    ) -> None:
        self._account = account
        self._jobs = jobs
        self._publication = publication
        self._routes = routes
        self._limits = limits

    def answer(self, request: Request) -> Response:
        """Answer a call; each is one step that no other sees half of."""
        try:
            with self._account.lock:
                return self._answered(request)
        except Refused as refused:
            return refused.response()

    def _answered(self, request: Request) -> Response:
        route, ids = self._routes.find(str(request.environ["REQUEST_METHOD"]), api_path(request.environ))
        token = self._token(request, route)
        headers = self._limits.count(token.token or request.caller.access_key_id, route)
        call = Call(
            account=self._account,
            jobs=self._jobs.at_once() if request.caller.kind in LOCAL_KINDS else self._jobs,
            publication=self._publication,
            ids=ids,
            body=Body.of(request.body) if route.method in ("POST", "PUT") else Body({}),
            user=self._account.users.get(token.username) or ANYBODY,
        )
        with self._account.all_or_nothing():
            told = self._shown(request, route, self._permitted(route, call))
        if told is None:
            return Response(status=204, body=b"", headers=headers)
        return Response(status=200, body=json.dumps(told).encode(), headers={"Content-Type": JSON_TYPE, **headers})

    @staticmethod
    def _permitted(route: Route, call: Call) -> Json:
        """Carry an operation out, within the grants of a restricted user."""
        user = call.user
        if not user.restricted or route.scope is None:
            return route.answer(call)
        check_grants(user.grants, route, call.ids)
        told = visible(user.grants, route, route.answer(call))
        call.account.users.put(user.username, replace(user, grants=with_made(user.grants, route, told)))
        return told

    def _token(self, request: Request, route: Route) -> Token:
        if route.scope is None:
            return NO_TOKEN
        kind, _, text = str(request.environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        token = next((each for each in self._account.tokens if kind == "Bearer" and each.token == text), None)
        if token is None or token.expiry <= self._account.now():
            raise Refused(401, "Invalid Token")
        if not token.allows(route.scope):
            raise Refused(401, NOT_AUTHORIZED)
        return token

    @staticmethod
    def _shown(request: Request, route: Route, told: Json) -> Json:
        if not route.paged or not isinstance(told, list):
            return told
        query = dict(parse_qsl(str(request.environ.get("QUERY_STRING", ""))))
        header = str(request.environ.get("HTTP_X_FILTER", ""))
        return page_of(filtered(told, header, route.filterable), query)
