"""Tells calls to functions' own addresses: ``$ENDPOINT/_lambda-url/REGION/FUNCTION/``, without a signature.

``/_at/ADDRESS`` before it says from which address the caller's connection comes: here everybody is on loopback.
"""

import re
from wsgiref.types import WSGIEnvironment

from localcloud.caller import Caller
from localcloud.request import Request

OPERATION = "InvokeFunctionUrl"
PATH = re.compile(r"(?:/_at/(?P<address>[^/]+))?/_lambda-url/(?P<region>[^/]+)/(?P<function>[^/]+)(?P<path>/.*)?")


def is_for_url(environ: WSGIEnvironment) -> bool:
    """Say whether a call is for a function's own address."""
    return PATH.fullmatch(str(environ.get("PATH_INFO", ""))) is not None


def identify(environ: WSGIEnvironment, body: bytes) -> Request:
    """Read such a call; its caller is from outside, near no region."""
    found = PATH.fullmatch(str(environ["PATH_INFO"]))
    parts = found.groupdict(default="") if found else {}
    return Request(
        caller=Caller.parse(""),
        region=parts["region"],
        service="lambda",
        operation=OPERATION,
        params={
            "FunctionName": parts["function"],
            "Path": parts["path"] or "/",
            "SourceIp": parts["address"] or str(environ.get("REMOTE_ADDR", "127.0.0.1")),
        },
        body=body,
        environ=environ,
    )
