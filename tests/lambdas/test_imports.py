"""A handler imports only what its archive and Lambda's own runtime hold."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six", "awscrt"}
TRIED = {"certifi"}  # botocore does without
LIST = """
import json, sys
before = set(sys.modules)
import lambdas.{noun}.handler
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.mark.parametrize("noun", ["health_checker", "failover_orchestrator", "readiness"])
def test_a_handler_imports_only_what_its_archive_holds(noun: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", LIST.format(noun=noun)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = [name.split(".") for name in json.loads(ran.stdout)]

    others = {parts[0] for parts in imported} - set(sys.stdlib_module_names) - RUNTIME - TRIED - {"failover", "lambdas"}
    assert {name for name in others if not name.startswith("_")} == set()
    assert {parts[1] for parts in imported if parts[0] == "lambdas" and len(parts) > 1} == {noun}
