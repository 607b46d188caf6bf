"""The code of a function: what its handler imports from this repository and of vendored packages, and nothing else.

The archive lists files by relative path, so two clones at different paths give the same archive.
"""

import ast
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pulumi

from infra.aws.vendored import VENDORED, NotBundled, Vendored

ROOT = Path(__file__).resolve().parents[2]
# Lambda's Python runtimes carry these (https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html).
IN_THE_RUNTIME = frozenset({"boto3", "botocore", "urllib3"})


@functools.cache
def function_archive(noun: str) -> pulumi.AssetArchive:
    """Return the archive of ``lambdas/<noun>/handler.py`` and the modules that it needs, sorted.

    Every region deploys the same one, so a process follows the imports once; the files are read when it is uploaded.

    Raises:
        NotBundled: the handler is missing, or something imports what is neither in the runtime, ours nor vendored; or
            a vendored package is not what requirements.txt locks.
    """
    files = Bundle(noun=noun).files()
    return pulumi.AssetArchive({place: pulumi.FileAsset(path) for place, path in files.items()})


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The modules of one function: its own package and what it imports of ``failover``, under the repository's root."""

    noun: str
    root: Path = ROOT

    def files(self) -> dict[str, str]:
        """Return where the archive holds each file, sorted, and its path relative to the root."""
        waiting = list(self._with_packages(f"lambdas.{self.noun}.handler"))
        bundled: dict[str, str] = {}
        while waiting:
            path = self._path(waiting.pop())
            if path not in bundled:
                bundled[path] = path
                ours, packages = self._needed_by(path)
                waiting += ours
                for package in packages:
                    bundled |= Vendored(root=self.root).files(package)
        return dict(sorted(bundled.items()))

    def _needed_by(self, path: str) -> tuple[list[str], set[str]]:
        """Return the modules of this repository that a file imports, and the vendored packages."""
        ours: list[str] = []
        packages: set[str] = set()
        for module in self._imports(ast.parse((self.root / path).read_text(encoding="utf-8"), path)):
            top = module.partition(".")[0]
            if top in ("failover", "lambdas"):
                ours += self._with_packages(module)
            elif top in VENDORED:
                packages.add(top)
            elif top not in sys.stdlib_module_names and top not in IN_THE_RUNTIME:
                raise NotBundled(f"{path} imports {module!r}, which the archive of {self.noun} cannot carry")
        return ours, packages

    def _imports(self, tree: ast.Module) -> Iterator[str]:
        for node in _executed(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                yield module
                # What follows `import` may be a module of the package or a name inside it.
                submodules = (f"{module}.{alias.name}" for alias in node.names)
                yield from (one for one in submodules if self._file(one).is_file())

    def _with_packages(self, module: str) -> Iterator[str]:
        parts = module.split(".")
        packages = (".".join(parts[:length]) for length in range(1, len(parts)))
        yield from (package for package in packages if self._file(package).is_file())
        yield module

    def _path(self, module: str) -> str:
        if module.startswith("lambdas.") and module.split(".")[1] != self.noun:
            raise NotBundled(f"{self.noun} imports {module}; move what two functions need to failover/")
        file = self._file(module)
        if not file.is_file():
            raise NotBundled(f"{module} is missing; {self.noun} cannot be deployed without it")
        return file.relative_to(self.root).as_posix()

    def _file(self, module: str) -> Path:
        place = self.root.joinpath(*module.split("."))
        return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run; what only type checkers read does not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _executed(child)
