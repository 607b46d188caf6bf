"""On which ports machines speak with each other. The files that machines run by say the same (nodes/)."""

from collections.abc import Mapping

HTTP, HTTPS = 80, 443
# gunicorn's, docs/applications.md.
SERVICE = 8080
# Prometheus' own, with TLS and its clients' certificates.
METRICS = 9090
BGP = 179
DHCP = 67
# Where a database's member answers whether it promises not to be promoted, by mutual TLS (protocol 6).
FAILSAFE = 7443
# sshd of web servers, for rsync alone.
SSH = 22
DATABASE: Mapping[str, int] = {"postgresql": 5432, "mariadb": 3306}
# Linode chooses a managed database's port when it makes one.
MANAGED_DATABASE = "1024-65535"
