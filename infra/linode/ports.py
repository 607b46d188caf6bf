"""On which ports machines speak with each other. The files that machines run by say the same (nodes/)."""

from collections.abc import Mapping

HTTP, HTTPS = 80, 443
# gunicorn's, docs/applications.md.
SERVICE = 8080
# Prometheus' own, with TLS and its clients' certificates.
METRICS = 9090
BGP = 179
DHCP = 67
DATABASE: Mapping[str, int] = {"postgresql": 5432, "mariadb": 3306, "mysql": 3306}
