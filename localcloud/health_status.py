"""GetHealthCheckStatus, which moto always answers with success: what each checker last saw.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHealthCheckStatus.html
"""

from html import escape

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.route53.exceptions import NoSuchHealthCheck
from moto.route53.models import HealthCheck, route53_backends

from localcloud.gateway import Gateway
from localcloud.health_checks import HealthChecks
from localcloud.protocols import XML, error
from localcloud.request import Request, Response

NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/"


class HealthStatus:
    """Answers for the checkers of each region, which all see the same here; before any inversion, as on AWS."""

    def __init__(self, gateway: Gateway, checks: HealthChecks) -> None:
        self._gateway = gateway
        self._checks = checks
        gateway.routes["route53", "GetHealthCheckStatus"] = self.answer

    def answer(self, request: Request) -> Response:
        """Return the observations; a calculated check has none."""
        check = self._check(str(request.params.get("HealthCheckId", "")))
        if check is None:
            return error(request, 404, "NoSuchHealthCheck", "there is no such health check")
        if check.type_ == "CALCULATED":
            return error(request, 400, "InvalidInput", "a calculated health check is not checked from anywhere")
        seen = "".join(self._observation(region, check.id) for region in check.regions or ("us-east-1",))
        body = f'<GetHealthCheckStatusResponse xmlns="{NAMESPACE}"><HealthCheckObservations>{seen}'
        whole = f"{body}</HealthCheckObservations></GetHealthCheckStatusResponse>"
        return Response(status=200, body=whole.encode(), headers={"Content-Type": XML})

    def _observation(self, region: str, check_id: str) -> str:
        sight = self._checks.sight(check_id)
        at = (sight.at or self._gateway.calendar.now()).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        report = f"<Status>{escape(sight.told)}</Status><CheckedTime>{at}</CheckedTime>"
        return (
            f"<HealthCheckObservation><Region>{region}</Region><IPAddress>192.0.2.1</IPAddress>"
            f"<StatusReport>{report}</StatusReport></HealthCheckObservation>"
        )

    def _check(self, check_id: str) -> HealthCheck | None:
        with self._gateway.lock("route53"):
            try:
                return route53_backends[DEFAULT_ACCOUNT_ID]["aws"].get_health_check(check_id)
            except NoSuchHealthCheck:
                return None
