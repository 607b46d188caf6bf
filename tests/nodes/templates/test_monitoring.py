"""Metrics: Prometheus takes what is rendered, everything listens on loopback, and queries run."""

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from nodes.templates.monitoring import HAPROXY, MARIADB, NODE, POSTGRESQL, Exporter, exporter_unit, sending_files
from tests.nodes.templates.site_under_test import ended, free_port, listens
from tests.nodes.templates.test_units import METRICS
from tests.waiting import eventually

needs_prometheus = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs promtool: apt-get install -y prometheus"
)
needs_node_exporter = pytest.mark.skipif(
    not Path(NODE.program).exists(), reason="needs the exporter: apt-get install -y prometheus-node-exporter"
)


@needs_prometheus
@pytest.mark.parametrize(("spoilt", "code"), [("scrape_interval: 5s", 0), ("scrape_interwal: 5s", 1)])
def test_prometheus_takes_the_configuration_and_nothing_spoilt(spoilt: str, code: int, tmp_path: Path) -> None:
    text = sending_files(METRICS)[0].text
    for path in (METRICS.authorities, METRICS.certificate, "/run/credentials/lifeboat-prometheus.service/key"):
        (tmp_path / Path(path).name).touch()
        text = text.replace(path, str(tmp_path / Path(path).name))
    (tmp_path / "prometheus.yml").write_text(text.replace("scrape_interval: 5s", spoilt))
    checked = ["promtool", "check", "config", "--agent", str(tmp_path / "prometheus.yml")]
    assert subprocess.run(checked, capture_output=True, timeout=60, check=False).returncode == code


@pytest.mark.parametrize("exporter", [NODE, POSTGRESQL, MARIADB], ids=lambda one: one.name)
def test_an_exporter_listens_on_loopback_where_it_is_scraped(exporter: Exporter) -> None:
    listening = re.findall(r"--web\.listen-address=(\S+)", exporter_unit(exporter).text)
    assert listening == [f"127.0.0.1:{exporter.target.port}"]


def test_what_is_scraped_is_what_the_node_has() -> None:
    text = sending_files(METRICS)[0].text
    assert re.findall(r'targets: \["(.*)"\]', text) == [f"127.0.0.1:{one.port}" for one in (NODE, POSTGRESQL, HAPROXY)]


@needs_node_exporter
def test_the_nodes_exporter_takes_its_arguments_and_tells() -> None:
    port = free_port()
    arguments = [one.replace(str(NODE.port), str(port)) for one in NODE.arguments]
    with ended([NODE.program, *arguments]):
        eventually(lambda: listens(port), 10, "the exporter listens")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as told:
            assert b"node_load1" in told.read()
