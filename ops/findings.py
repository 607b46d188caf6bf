"""What `lifeboat doctor` makes of each answer. Pure: a call's answer or its error goes in, a finding comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from botocore.exceptions import ClientError

from failover.failures import Failure, code_of, failure_of
from ops.credentials import DENIED, LOG_IN, not_let_in

# AWS refuses a signature that is more than five minutes old:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
SKEW_REFUSED: Final = timedelta(minutes=5)
SKEW_NOTICED: Final = timedelta(seconds=30)
UNMADE: Final = "ParameterNotFound"  # run time makes it with the first plan
ABSENT: Final = "ResourceNotFoundException"


class Level(StrEnum):
    """How much a finding matters: fail means that this machine cannot act."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor's."""

    level: Level
    check: str
    told: str
    next_step: str = ""


def table_finding(region: str, answer: object) -> Finding:
    """Say whether a control region's table answers; one dark region stops nobody."""
    check = f"control table in {region}"
    if not isinstance(answer, Exception):
        return Finding(level=Level.OK, check=check, told="answers consistently")
    told = f"{code_of(answer)}: {answer}"
    next_step = LOG_IN if not_let_in([answer]) else "lifeboat status; AWS Health"
    return Finding(level=Level.WARN, check=check, told=told, next_step=next_step)


def majority_finding(answers: Mapping[str, object]) -> Finding:
    """Say whether there is a region to act through."""
    up = [region for region, answer in answers.items() if not isinstance(answer, Exception)]
    if up:
        return Finding(level=Level.OK, check="control table", told=f"can be acted on through {', '.join(up)}")
    if not_let_in(answers.values()):
        told = "every control region answers, and lets these credentials read nothing"
        return Finding(level=Level.FAIL, check="control table", told=told, next_step=LOG_IN)
    told = "no control region answers consistently"
    return Finding(
        level=Level.FAIL, check="control table", told=told, next_step="lifeboat runbook control-majority-lost"
    )


def permission_finding(check: str, answer: object, denied: Level) -> Finding:
    """Say whether a call is allowed; a failed condition is what a dry call of a write is answered with."""
    error = answer if isinstance(answer, Exception) else None
    if error is None or failure_of(error) is Failure.CONDITION or code_of(error) == UNMADE:
        return Finding(level=Level.OK, check=check, told="allowed")
    if code_of(error) == ABSENT:
        return Finding(level=denied, check=check, told="what it is about is not there", next_step="pulumi up")
    if code_of(error) in DENIED:
        told, next_step = (
            "denied",
            f"have {check.split(' ', maxsplit=1)[0]} allowed; docs/cli.md lists what each verb needs",
        )
        return Finding(level=denied, check=check, told=told, next_step=next_step)
    told = f"could not be tried: {code_of(error)}"
    return Finding(level=Level.WARN, check=check, told=told, next_step="lifeboat doctor")


def account_finding(account_id: str, answer: object) -> Finding:
    """Say whether the credentials are of the stack's account."""
    check = "credentials"
    if isinstance(answer, Exception):
        told = f"STS did not say whose they are: {code_of(answer)}"
        return Finding(level=Level.WARN, check=check, told=told, next_step="aws sts get-caller-identity")
    who = answer if isinstance(answer, Mapping) else {}
    if who.get("Account") == account_id:
        return Finding(level=Level.OK, check=check, told=str(who.get("Arn")))
    told = f"{who.get('Arn')} is not of account {account_id}"
    return Finding(level=Level.FAIL, check=check, told=told, next_step="export AWS_PROFILE=... of that account")


def clock_finding(answers: Mapping[str, object], now: datetime) -> Finding:
    """Compare this machine's clock with the newest ``Date`` among the answers; a refusal has one too.

    Nothing in Lifeboat goes by this clock; AWS's signatures do.
    """
    dates = [date for answer in answers.values() if (date := _date(answer))]
    if not dates:
        return Finding(level=Level.WARN, check="clock", told="no answer of AWS to compare it with")
    skew = abs(now - max(dates))
    told = f"{skew.total_seconds():.0f} s from AWS's"
    if skew >= SKEW_REFUSED:
        return Finding(level=Level.FAIL, check="clock", told=told, next_step="set the clock: AWS refuses signatures")
    level = Level.WARN if skew >= SKEW_NOTICED else Level.OK
    return Finding(level=level, check="clock", told=told, next_step="set the clock" if level is Level.WARN else "")


def _date(answer: object) -> datetime | None:
    response = answer.response if isinstance(answer, ClientError) else answer
    metadata = response.get("ResponseMetadata", {}) if isinstance(response, Mapping) else {}
    date = metadata.get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date) if date else None
