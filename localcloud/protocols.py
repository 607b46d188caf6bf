"""Errors as each service's own protocol spells them, so that SDKs raise what they would raise against AWS."""

import json
from html import escape
from types import MappingProxyType
from uuid import uuid4

from localcloud.linode.identify import SERVICE as LINODE
from localcloud.linode.refusals import RETRY_SECONDS, Refused, too_many
from localcloud.request import Request, Response

JSON = "application/x-amz-json-1.0"
XML = "text/xml"
REST_JSON_SERVICES = frozenset({"lambda", "scheduler"})
THROTTLED = MappingProxyType(
    {
        "dynamodb": (400, "ThrottlingException"),
        "lambda": (429, "TooManyRequestsException"),
        "sns": (400, "Throttling"),
        "iam": (400, "Throttling"),
        "sts": (400, "Throttling"),
        "route53": (400, "Throttling"),
        "s3": (503, "SlowDown"),
        "scheduler": (429, "ThrottlingException"),
        "sqs": (403, "RequestThrottled"),
    }
)
"""Status and code of a refusal for too many calls; others answer 400 ThrottlingException."""

DENIED = MappingProxyType(
    {"sns": "AuthorizationError", "iam": "AccessDenied", "sts": "AccessDenied", "s3": "AccessDenied"}
)


def error(request: Request, status: int, code: str, message: str) -> Response:
    """Answer with an error of the service's protocol."""
    if request.service == LINODE:
        return Refused(status, message).response()
    if request.service in REST_JSON_SERVICES:
        return _json(status, code, {"message": message, "Type": "User"})
    if "HTTP_X_AMZ_TARGET" in request.environ:
        return _json(status, code, {"__type": _typed(request, code), "message": message})
    return _xml(request, status, code, message)


def throttled(request: Request) -> Response:
    """Answer that calls come too fast, with the code that the service's SDK retries."""
    if request.service == LINODE:
        return too_many(RETRY_SECONDS).response()
    status, code = THROTTLED.get(request.service, (400, "ThrottlingException"))
    return error(request, status, code, "Rate exceeded")


def denied(request: Request, message: str) -> Response:
    """Answer that the caller's role does not allow the call."""
    code = DENIED.get(request.service, "AccessDeniedException")
    status = 400 if request.service == "dynamodb" else 403
    return error(request, status, code, message)


def _typed(request: Request, code: str) -> str:
    """Give the type as the service's namespace spells it; SDKs read what follows the ``#``."""
    target = str(request.environ["HTTP_X_AMZ_TARGET"]).partition(".")[0]
    return f"com.amazonaws.{request.service}.v{target.rpartition('_')[2]}#{code}" if "_" in target else code


def _json(status: int, code: str, fields: dict[str, str]) -> Response:
    return Response(
        status=status,
        body=json.dumps(fields).encode(),
        headers={"Content-Type": JSON, "x-amzn-ErrorType": code},
    )


def _xml(request: Request, status: int, code: str, message: str) -> Response:
    fault = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if request.service == "s3":
        body = f"<Error>{fault}<RequestId>{uuid4()}</RequestId></Error>"
    else:
        sender = "Sender" if status < 500 else "Receiver"
        request_id = f"<RequestId>{uuid4()}</RequestId>"
        body = f"<ErrorResponse><Error><Type>{sender}</Type>{fault}</Error>{request_id}</ErrorResponse>"
    return Response(status=status, body=body.encode(), headers={"Content-Type": XML})
