"""Checks the house rules that no linter knows: sizes, names, docstrings, and what may stand where; it mends nothing.

python scripts/house_rules.py      one line per breach, exit status 1 where there is one
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 600
LONGEST_README = 150
SOURCE = (".py", ".md", ".toml", ".sh", ".js", ".css", ".html")
DATA = ("requirements/", "src/shoal/facts/", "src/shoal/weights/", "src/shoal/console/static/vendor/")
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|managers?|handlers?|processors?|info)(_|$)|^base_|_v2$")
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb", "putenv"})
# The outermost boundaries: here, and nowhere else in the product, any exception may be caught.
BOUNDARIES = ("src/shoal/gateway/", "src/shoal/cli/run.py")
UNFINISHED = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")
# Put together from parts, so that this file does not hold what it looks for.
INDEX_HOSTS = re.compile("|".join(re.escape(f"{name}.{end}") for name, end in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb.debian", "org"), ("anaconda", "org"),
)))  # fmt: skip
MACHINE_PATHS = re.compile(r"(?<![\w.\-/])/(work|root)/[\w.]")


@dataclass(frozen=True)
class File:
    """A file of the tree: `name` is its path from the root, with forward slashes."""

    name: str
    text: str = field(repr=False)

    @property
    def product(self) -> bool:
        return self.name.startswith("src/")

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None for what is not Python."""
        return ast.parse(self.text) if self.name.endswith(".py") else None

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree)) if self.tree else []


Rule = Callable[[File], Iterator[str]]


def length(file: File) -> Iterator[str]:
    """No source file over 600 lines, no README over 150."""
    lines = file.text.count("\n")
    if file.name == "README.md" and lines > LONGEST_README:
        yield f"{lines} lines, at most {LONGEST_README}: move what is not the first page to docs/"
    if file.name.endswith(SOURCE) and not file.name.startswith(DATA) and lines > LONGEST_FILE:
        yield f"{lines} lines, at most {LONGEST_FILE}: split it by what it knows"


def names(file: File) -> Iterator[str]:
    """No file or folder is named after nothing."""
    if not file.name.startswith(("src/", "tests/", "bench/", "scripts/", "demo/")):
        return
    for step in Path(file.name).with_suffix("").parts:
        if FORBIDDEN_NAMES.search(step.removeprefix("test_")):
            yield f"'{step}' says nothing: name it after what it holds (DESIGN, section 6)"


def docstring(file: File) -> Iterator[str]:
    """Every module says in its first line what it is."""
    if file.tree is None or not file.text.strip():
        return
    first = (ast.get_docstring(file.tree) or "").partition("\n")[0]
    if len(first.split()) < 3 and not file.name.endswith("__init__.py"):
        yield "the module's docstring must open with a line that says what it is"


def environment(file: File) -> Iterator[str]:
    """The environment is read in config/ alone."""
    if not file.product or file.name == "src/shoal/config/__init__.py":
        return
    for node in file.nodes:
        read = isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT
        brought = isinstance(node, ast.ImportFrom) and node.module == "os"
        if read or (brought and ENVIRONMENT & {name.name for name in node.names}):  # type: ignore[attr-defined]
            yield f"line {node.lineno}: read the environment in config/"  # type: ignore[attr-defined]


def blanket(file: File) -> Iterator[str]:
    """No blanket except in the product outside the outermost boundaries, unless it raises again."""
    if not file.product or file.name.startswith(BOUNDARIES):
        return
    for node in file.nodes:
        if isinstance(node, ast.ExceptHandler) and is_blanket(node.type) and not raises(node):
            yield f"line {node.lineno}: catch the errors you mean, not all"


def raises(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Raise) for inner in ast.walk(node))


def is_blanket(caught: ast.expr | None) -> bool:
    """Whether an except clause catches everything."""
    if isinstance(caught, ast.Tuple):
        return any(map(is_blanket, caught.elts))
    return caught is None or (isinstance(caught, ast.Name) and caught.id in ("Exception", "BaseException"))


def no_global(file: File) -> Iterator[str]:
    """No `global`."""
    for node in file.nodes:
        if isinstance(node, ast.Global):
            yield f"line {node.lineno}: no `global`: hand the value on"


def unfinished(file: File) -> Iterator[str]:
    """What is not done is an issue, not a comment."""
    if file.tree is not None:
        for number, line in enumerate(file.text.splitlines(), 1):
            if UNFINISHED.search(line):
                yield f"line {number}: file an issue instead of leaving a note"


def places(file: File) -> Iterator[str]:
    """No name of a package index, and no path of the machine that somebody worked on."""
    for number, line in enumerate(file.text.splitlines(), 1):
        if INDEX_HOSTS.search(line):
            yield f"line {number}: names a package index: people have their own"
        if MACHINE_PATHS.search(line):
            yield f"line {number}: a path of one machine: say it from the root of the repository"


def undeclared(file: File) -> Iterator[str]:
    """What the product imports is among the dependencies in pyproject.toml, not only installed for some other reason;
    what only the extra `tune` brings is imported in tuning alone, what another extra brings inside functions alone."""
    allowed = declared() | (declared("tune") if file.name.startswith("src/shoal/tuning/") else frozenset())
    at_once = imported(file, at_once=True)
    for module in imported(file) if file.product else ():
        brought_by = {normal(name) for name in installed().get(module, [module])}
        known = allowed if module in at_once else allowed | extras()
        if module not in sys.stdlib_module_names | {"shoal"} and not brought_by & known:
            yield f"imports {module}: add it to the dependencies in pyproject.toml, then run 'make lock'"


def imported(file: File, *, at_once: bool = False) -> set[str]:
    """The first names of all modules that the file imports, or of those that it imports as soon as it is read."""
    nodes = file.tree.body if at_once and file.tree is not None else file.nodes
    found = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    found += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in found}


@cache
def installed() -> Mapping[str, list[str]]:
    """The distributions that bring each top-level module, read once: there are many."""
    return packages_distributions()


@cache
def declared(extra: str | None = None) -> frozenset[str]:
    """The names of the project's dependencies, or of an extra's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return frozenset(normal(re.split(r"[<>=;\[ ]", line, maxsplit=1)[0]) for line in listed)


@cache
def extras() -> frozenset[str]:
    """The names of what the extras bring that not only training needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return frozenset().union(*(declared(name) for name in project["optional-dependencies"] if name != "tune"))


def normal(name: str) -> str:
    """A distribution's name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


RULES: tuple[Rule, ...] = (length, names, docstring, environment, blanket, no_global, unfinished, places, undeclared)


def breaches(file: File) -> list[str]:
    """One line for each breach in the file."""
    return [f"{file.name}: {fault}" for rule in RULES for fault in rule(file)]


def files(root: Path) -> Iterator[File]:
    """The text files that git tracks, or would."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    for name in sorted(set(filter(None, listed.split("\0")))):
        try:
            yield File(name, (root / name).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def main() -> int:
    seen = list(files(ROOT))
    found = [line for file in seen for line in breaches(file)]
    print("\n".join(found) or f"house rules: {len(seen)} files keep them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
