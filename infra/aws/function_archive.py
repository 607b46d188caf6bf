"""The code of a function: what its handler imports from this repository, and nothing else.

The archive lists files by relative path, so two clones at different paths give the same archive.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pulumi

ROOT = Path(__file__).resolve().parents[2]
# Lambda's Python runtimes carry these (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html).
IN_THE_RUNTIME = frozenset({"boto3", "botocore", "urllib3"})


class NotBundled(pulumi.RunError):
    """A function imports what its archive may not carry."""


def function_archive(noun: str) -> pulumi.AssetArchive:
    """Return the archive of ``lambdas/<noun>/handler.py`` and the modules that it needs, sorted.

    Raises:
        NotBundled: the handler is missing, or something imports a package that is neither in the runtime nor ours.
    """
    return pulumi.AssetArchive({path: pulumi.FileAsset(path) for path in bundled_paths(noun)})


def bundled_paths(noun: str) -> list[str]:
    """Return the paths of the archive's files, relative to the repository's root."""
    handler = f"lambdas.{noun}.handler"
    waiting = [*_packages(handler), handler]
    bundled: dict[str, None] = {}
    while waiting:
        path = _path(waiting.pop(), noun)
        if path not in bundled:
            bundled[path] = None
            waiting += _wanted(path, noun)
    return sorted(bundled)


def _wanted(path: str, noun: str) -> Iterator[str]:
    for module in _imports(ast.parse((ROOT / path).read_text(encoding="utf-8"), path)):
        top = module.partition(".")[0]
        if top in ("failover", "lambdas"):
            yield from (*_packages(module), module)
        elif top not in sys.stdlib_module_names and top not in IN_THE_RUNTIME:
            raise NotBundled(f"{path} imports {module}, which the archive of {noun} cannot carry; import it elsewhere")


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in _run(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # What follows `import` may be a module of the package or a name inside it.
            submodules = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (module for module in submodules if _file(module).is_file())


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run; what only type checkers read does not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _run(child)


def _packages(module: str) -> Iterator[str]:
    parts = module.split(".")
    prefixes = (".".join(parts[:length]) for length in range(1, len(parts)))
    yield from (prefix for prefix in prefixes if _file(prefix).is_file())


def _path(module: str, noun: str) -> str:
    file = _file(module)
    if module.startswith("lambdas.") and not module.startswith(f"lambdas.{noun}"):
        raise NotBundled(f"{noun} imports {module}, another function's code; move what both need to failover/")
    if not file.is_file():
        raise NotBundled(f"{module} is missing; {noun} cannot be deployed without it")
    return file.relative_to(ROOT).as_posix()


def _file(module: str) -> Path:
    place = ROOT.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
