"""Answers machines: judges their requests, and gives what a request that stands entitles to."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from failover.enrolment.certificates import Moment, node_certificate, serial_of
from failover.enrolment.credentials import LIFE_SECONDS, Credentials
from failover.enrolment.csr import NoProof, key_of_csr
from failover.enrolment.decision import (
    Applicant,
    Ask,
    Reason,
    Refusal,
    before_asking,
    judge_enrolment,
    judge_session,
)
from failover.enrolment.instance import Instance
from failover.enrolment.messages import EnrolRequest, Malformed, SessionRequest, TooLarge, read_request
from failover.enrolment.node import Node, Row
from failover.enrolment.nodes_table import ChangedMeanwhile, NodesTable
from failover.enrolment.place import Place
from lambdas.enrolment.authority import Authority
from lambdas.enrolment.call import Answer, Call

log = logging.getLogger(__name__)
# Anybody can be refused for these without being near the stack: they page nobody.
STRANGERS = frozenset({Reason.NO_INSTANCE, Reason.WRONG_TAGS, Reason.NOT_ENROLLED, Reason.WRONG_GENERATION})


class AsksLinode(Protocol):
    """Tells what Linode says of an instance."""

    def instance(self, linode_id: int) -> Instance | None: ...


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What the desk works with; ``noise`` gives so many random bytes, ``count_refusal`` tells of a suspicious one."""

    stack: str
    nodes: NodesTable
    linode: AsksLinode
    authority: Authority
    credentials: Callable[[int, Place], Credentials]
    noise: Callable[[int], bytes]
    count_refusal: Callable[[], None]


class Desk:
    """One per process; a call's answer depends on the control table alone."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def answer(self, call: Call) -> Answer:
        """Answer one call. Whoever is refused hears nothing but the request's id, under which the log has the reason.

        Raises:
            LinodeDidNotAnswer, NoAuthority, BotoCoreError, ClientError: this region cannot answer; another one may.
        """
        if call.method != "POST":
            return Answer(status=405, fields={"error": "POST only"})
        try:
            request = read_request(call.body)
            if isinstance(request, EnrolRequest):
                return self._enrol(request, call)
            return self._session(request, call)
        except (Malformed, NoProof) as error:
            log.info("malformed", extra={"source": call.source, "why": str(error)})
            return Answer(status=413 if isinstance(error, TooLarge) else 400, fields={"error": str(error)})

    def _enrol(self, request: EnrolRequest, call: Call) -> Answer:
        key = key_of_csr(request.csr)
        applicant = Applicant(id=request.linode_id, generation=request.generation, key=key, source=call.source)
        row = self._tools.nodes.read(request.linode_id)
        judged = before_asking(applicant, row)
        if isinstance(judged, Ask):
            judged = self._judged(applicant, row)
        if isinstance(judged, Refusal):
            return self._refused(judged, request.linode_id, call)
        log.info("decided", extra={"action": "enrolled", "node": judged.id, "generation": judged.generation})
        return Answer(status=200, fields=_told(judged, self._tools.stack))

    def _judged(self, applicant: Applicant, row: Row | None) -> Node | Refusal:
        nodes, stack = self._tools.nodes, self._tools.stack
        instance = self._tools.linode.instance(applicant.id)
        judged = judge_enrolment(applicant, row, instance, stack, nodes.time.now())
        if isinstance(judged, Refusal):
            return judged
        try:
            return nodes.admit(row, judged)
        except ChangedMeanwhile:
            again = before_asking(applicant, nodes.read(applicant.id))
            return Refusal(reason=Reason.OTHER_KEY) if isinstance(again, Ask) else again

    def _session(self, request: SessionRequest, call: Call) -> Answer:
        nodes = self._tools.nodes
        row = nodes.read(request.node)
        judged = judge_session(request, row, call.source, self._tools.stack)
        if isinstance(judged, Refusal):
            return self._refused(judged, request.node, call)
        try:
            nodes.spend(judged, request.counter, request.roots)
        except ChangedMeanwhile:
            return self._refused(Refusal(reason=Reason.REPLAYED), request.node, call)
        given = self._given(judged)
        log.info("decided", extra={"action": "session", "node": judged.id, "counter": request.counter})
        return Answer(status=200, fields=given)

    def _given(self, node: Node) -> dict[str, object]:
        tools = self._tools
        issuer, trusted, sign = tools.authority.now()
        moment = Moment(now=tools.nodes.time.now(), serial=serial_of(tools.noise(16)))
        credentials = tools.credentials(node.id, node.enrolled.place)
        return {
            "credentials": {
                "AccessKeyId": credentials.access_key_id,
                "SecretAccessKey": credentials.secret_access_key,
                "SessionToken": credentials.session_token,
                "Expiration": credentials.expires,
            },
            "lifetime_seconds": LIFE_SECONDS,
            "certificate": node_certificate(tools.stack, node, issuer, moment, sign),
            "authorities": [root.pem for root in trusted],
        }

    def _refused(self, refusal: Refusal, node: int, call: Call) -> Answer:
        if refusal.reason not in STRANGERS:
            self._tools.count_refusal()
        told = {"action": "refused", "reason": refusal.reason.value, "node": node, "source": call.source}
        log.warning("decided", extra={**told, "request": call.request_id})
        fields: dict[str, object] = {"error": "refused", "request": call.request_id}
        return Answer(status=403, fields=fields | ({"generation": refusal.due} if refusal.due else {}))


def _told(node: Node, stack: str) -> dict[str, object]:
    """Tell a node who it is; one that lost all but its key goes on behind the counter that it spent last."""
    place = node.enrolled.place
    who: dict[str, object] = {"stack": stack, "node": node.id, "generation": node.generation, "counter": node.counter}
    return {**who, "site": place.site, "pool": place.pool}
