"""The archive takes exactly what the handler reaches."""

from pathlib import Path

import pytest

from infra.aws.function_archive import Bundle
from infra.aws.vendored import NotBundled

HANDLER = "lambdas/checker/handler.py"


def tree(root: Path, **files: str) -> Path:
    """Write modules, named with `__` for `/`."""
    for name, text in files.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def paths(root: Path) -> list[str]:
    return [*Bundle(noun="checker", root=root).files()]


def test_it_follows_imports_of_every_form_and_takes_packages_along(tmp_path: Path) -> None:
    root = tree(
        tmp_path,
        lambdas__checker__handler="import failover.a\nfrom failover import b\nfrom failover.c import value\n",
        failover__a="def late():\n    from failover import d\n",
        failover__b="import json, boto3\n",
        failover__c="value = 1\n",
        failover__d="",
        failover__unused="",
    )
    (root / "failover/__init__.py").write_text("")
    wanted = ["failover/__init__.py", *(f"failover/{name}.py" for name in "abcd"), HANDLER]
    assert paths(root) == wanted


def test_what_only_type_checkers_read_stays_out(tmp_path: Path) -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mypy_boto3_sns import SNSClient\n"
    assert paths(tree(tmp_path, lambdas__checker__handler=typed)) == [HANDLER]


@pytest.mark.parametrize(
    ("imports", "why"),
    [
        ("import pulumi", "'pulumi'"),
        ("from requests import get", "'requests'"),
        ("import failover.missing", "failover.missing is missing"),
        ("from failover.missing import x", "failover.missing is missing"),
        ("from lambdas.other import x", "move what two functions need to failover/"),
        ("from . import sibling", "'.'"),
    ],
)
def test_it_refuses_what_it_cannot_carry(tmp_path: Path, imports: str, why: str) -> None:
    root = tree(tmp_path, lambdas__checker__handler=imports, lambdas__other__x="", failover__b="")
    (root / "lambdas/other/__init__.py").write_text("")
    with pytest.raises(NotBundled, match=why):
        paths(root)


def test_a_function_without_code_is_not_declared(tmp_path: Path) -> None:
    with pytest.raises(NotBundled, match=r"lambdas\.checker\.handler is missing"):
        paths(tmp_path)
