"""Turns an HTTP call into a ``Request``: who, where, which service, which operation."""

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus
from wsgiref.types import WSGIEnvironment

from localcloud import rest_operations, url_calls
from localcloud.caller import Caller
from localcloud.linode import served
from localcloud.linode.identify import is_for_linode
from localcloud.request import Request

SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
GLOBAL_REGION = "us-east-1"
GLOBAL_SERVICES = frozenset({"iam", "route53"})
"""Control planes in us-east-1, though with one endpoint URL a client signs them for its own region. STS is where it is
signed for: functions that call it are told to by AWS_STS_REGIONAL_ENDPOINTS, as SDKs do by themselves by now."""

SIGNING_NAMES = {"monitoring": "cloudwatch"}
REST_SERVICES = frozenset({"lambda", "route53", "s3", "scheduler"})
FORM = "application/x-www-form-urlencoded"


def identify(environ: WSGIEnvironment, body: bytes) -> Request:
    """Read the caller, region, service and operation of a call; an unsigned one is an S3 call, as in moto."""
    if is_for_linode(environ):
        return served.identify(environ, body)
    if url_calls.is_for_url(environ):
        return url_calls.identify(environ, body)
    key, signed_region, signed_service = _scope(environ)
    service = _service(signed_service, environ.get("HTTP_X_AMZ_TARGET", ""))
    operation, params = _operation(service, environ, body)
    return Request(
        caller=Caller.parse(key),
        region=GLOBAL_REGION if service in GLOBAL_SERVICES else signed_region,
        service=service,
        operation=operation,
        params=params,
        body=body,
        environ=environ,
    )


def _scope(environ: WSGIEnvironment) -> tuple[str, str, str]:
    """Give access key, region and signing name, from the header or a presigned URL."""
    signed = environ.get("HTTP_AUTHORIZATION") or unquote_plus(environ.get("QUERY_STRING", "")).replace("X-Amz-", "")
    found = SCOPE.search(signed)
    return (found.group(1), found.group(2), found.group(3)) if found else ("", GLOBAL_REGION, "s3")


def _service(signing_name: str, target: str) -> str:
    if target.startswith("DynamoDBStreams"):
        return "dynamodbstreams"
    return SIGNING_NAMES.get(signing_name, signing_name)


def _operation(service: str, environ: WSGIEnvironment, body: bytes) -> tuple[str, Mapping[str, object]]:
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return target.rpartition(".")[2], _json(body)
    if service in REST_SERVICES:
        path = environ.get("PATH_INFO", "")
        operation, labels = rest_operations.identify(service, environ["REQUEST_METHOD"], path, query, environ)
        return operation, {**query, **labels}
    form = dict(parse_qsl(body.decode(), keep_blank_values=True)) if _is_form(environ) else {}
    return {**query, **form}.get("Action", "Unknown"), {**query, **form}


def _is_form(environ: WSGIEnvironment) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).startswith(FORM)


def _json(body: bytes) -> Mapping[str, object]:
    """Read a JSON body; a malformed one has no fields and is refused by the service itself."""
    try:
        fields = json.loads(body or b"{}")
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
