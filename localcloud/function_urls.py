"""Functions' own addresses: a call becomes an event, and what the function returns becomes the answer.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
import json
import time
import uuid

from localcloud.deployed import NoSuchFunction
from localcloud.functions import RegionDark, Runner
from localcloud.gateway import Gateway
from localcloud.pool import Throttled
from localcloud.request import Request, Response
from localcloud.url_calls import OPERATION
from localcloud.url_permissions import url_may_run

LARGEST_BYTES = 6 * 1024 * 1024
TEXT = ("text/", "application/json", "application/javascript", "application/xml")


class FunctionUrls:
    """Runs the functions whose resource policy lets anybody do so by their address."""

    def __init__(self, gateway: Gateway, runner: Runner) -> None:
        self._runner = runner
        gateway.routes["lambda", OPERATION] = self.answer

    def answer(self, request: Request) -> Response:
        """Carry out one call."""
        name = str(request.params["FunctionName"])
        if len(request.body) > LARGEST_BYTES:
            return _message(413, "Request Too Long")
        try:
            if not url_may_run(self._runner.functions, request.region, name):
                return _message(403, "Forbidden")
            request_id = str(uuid.uuid4())
            event = json.dumps(_event(request, request_id)).encode()
            outcome = self._runner.invoke(request.region, name, event, request_id)
        except (NoSuchFunction, RegionDark):
            return _message(404, "Not Found")
        except Throttled:
            return _message(429, "Too Many Requests")
        return _message(502, "Internal Server Error") if outcome.failed else _response(outcome.payload)


def _event(request: Request, request_id: str) -> dict[str, object]:
    environ, now = request.environ, time.time()
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    http = {
        "method": environ["REQUEST_METHOD"],
        "path": request.params["Path"],
        "protocol": "HTTP/1.1",
        "sourceIp": request.params["SourceIp"],
        "userAgent": headers.get("user-agent", ""),
    }
    context = {
        "accountId": "anonymous",
        "apiId": request.params["FunctionName"],
        "http": http,
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "timeEpoch": int(now * 1000),
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.params["Path"],
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "requestContext": context,
        **_body(request.body, headers.get("content-type", "")),
    }


def _body(body: bytes, content_type: str) -> dict[str, object]:
    """Tell a text as it is and anything else as base64, as Lambda does by the content's type."""
    if not body:
        return {"isBase64Encoded": False}
    if content_type.startswith(TEXT):
        return {"body": body.decode("utf-8", "replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def _response(payload: bytes) -> Response:
    """Make an HTTP answer of what the function returned; what has no status code is the body of a 200."""
    told = json.loads(payload)
    if not isinstance(told, dict) or "statusCode" not in told:
        return Response(status=200, body=payload, headers={"Content-Type": "application/json"})
    body = str(told.get("body", ""))
    whole = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
    headers = {str(name): str(value) for name, value in (told.get("headers") or {}).items()}
    return Response(status=int(told["statusCode"]), body=whole, headers=headers)


def _message(status: int, text: str) -> Response:
    body = json.dumps({"Message": text}).encode()
    return Response(status=status, body=body, headers={"Content-Type": "application/json"})
