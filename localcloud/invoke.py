"""The Invoke call: waits for an answer, or queues the event.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import base64
import json
import uuid
from collections.abc import Callable

from localcloud.asynchronous import Asynchronous
from localcloud.deployed import NoSuchFunction
from localcloud.functions import RegionDark, Runner
from localcloud.gateway import Gateway
from localcloud.pool import Throttled
from localcloud.request import Request, Response
from localcloud.sandbox import Outcome


def refusal(status: int, code: str, message: str) -> Response:
    """Return an error in the shape that Lambda's JSON API gives it."""
    body = json.dumps({"Type": "User", "Message": message, "message": message}).encode()
    return Response(status=status, headers={"Content-Type": "application/json", "x-amzn-ErrorType": code}, body=body)


class Invoke:
    """Answers Invoke in the region that the request was sent to."""

    def __init__(self, runner: Runner, asynchronous: Asynchronous) -> None:
        self._runner = runner
        self._asynchronous = asynchronous

    def set_route(self, gateway: Gateway) -> None:
        """Let the gateway send every Invoke call here."""
        gateway.routes["lambda", "Invoke"] = self.answer

    def answer(self, request: Request) -> Response:
        """Carry out one Invoke call."""
        kinds: dict[str, Callable[[Request, str], Response]] = {
            "RequestResponse": self._wait,
            "Event": self._queue,
            "DryRun": self._check,
        }
        kind = str(request.environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse"))
        try:
            return kinds[kind](request, str(request.params["FunctionName"]))
        except NoSuchFunction as missing:
            return refusal(404, "ResourceNotFoundException", str(missing))
        except Throttled as throttled:
            return refusal(429, "TooManyRequestsException", f"Rate Exceeded. {throttled}")
        except RegionDark as dark:
            return refusal(503, "ServiceException", str(dark))

    def _wait(self, request: Request, name: str) -> Response:
        request_id = str(uuid.uuid4())
        outcome = self._runner.invoke(request.region, name, request.body or b"{}", request_id)
        tail = request.environ.get("HTTP_X_AMZ_LOG_TYPE") == "Tail"
        return Response(status=200, headers=_headers(outcome, request_id, tail), body=outcome.payload)

    def _queue(self, request: Request, name: str) -> Response:
        request_id = self._asynchronous.accept(request.region, name, request.body or b"{}")
        return Response(status=202, headers={"x-amzn-RequestId": request_id}, body=b"")

    def _check(self, request: Request, name: str) -> Response:
        self._runner.functions.get(request.region, name)
        return Response(status=204, body=b"")


def _headers(outcome: Outcome, request_id: str, tail: bool) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": request_id,
        "X-Amz-Executed-Version": "$LATEST",
    }
    if outcome.failed:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if tail:
        headers["X-Amz-Log-Result"] = base64.b64encode(outcome.tail.encode()).decode()
    return headers
