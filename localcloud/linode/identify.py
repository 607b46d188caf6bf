"""Tells calls to Linode's API from those to AWS.

They come to the cloud's one port, under ``/v4`` or ``/v4beta``, which AWS's services do not use (a bucket's name has
at least three characters, and calls to AWS are signed). ``/_from/KIND.REGION.NAME.NUMBER/v4`` says who calls, as access
key ids do at AWS: a token does not tell.
"""

import re
from wsgiref.types import WSGIEnvironment

from localcloud.caller import Caller

PATH = re.compile(r"(?:/_from/(?P<caller>[^/]+))?/v4(?:beta)?(?P<path>/.*)")
SIGNED = re.compile("AWS4|X-Amz-")
SERVICE = "linode"
REGION = "linode"
"""Where the API is: in none of Linode's regions, so that the loss of one leaves it up."""


def is_for_linode(environ: WSGIEnvironment) -> bool:
    """Say whether a call is for Linode's API."""
    signs = f"{environ.get('HTTP_AUTHORIZATION', '')} {environ.get('QUERY_STRING', '')}"
    return PATH.fullmatch(str(environ.get("PATH_INFO", ""))) is not None and SIGNED.search(signs) is None


def api_path(environ: WSGIEnvironment) -> str:
    """Give the path below the version: ``/linode/instances``, without a slash at its end."""
    found = PATH.fullmatch(str(environ["PATH_INFO"]))
    return found["path"].rstrip("/") if found else ""


def caller_of(environ: WSGIEnvironment) -> Caller:
    """Say who calls: whom the path names, or somebody from outside."""
    found = PATH.fullmatch(str(environ["PATH_INFO"]))
    return Caller.parse(found["caller"] or "" if found else "")
