"""The floors of the design, read off the imports: nobody imports upwards, and what is heavy stays where it belongs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up. A file imports only from its own floor or lower ones; a package stands for all that is in it.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("migrate", "migrate.version", "migrate.model", "migrate.streams", "migrate.interrupts"),
    ("migrate.text", "migrate.notebook"),
    ("migrate.source", "migrate.edits", "migrate.diff"),
    ("migrate.syntax",),
    ("migrate.codemod",),
    ("migrate.findings", "migrate.engine", "migrate.kept", "migrate.collecting", "migrate.imports"),
    (
        *("migrate.places", "migrate.installed", "migrate.registry", "migrate.options", "migrate.settings"),
        *("migrate.paths", "migrate.discover", "migrate.project"),
    ),
    ("migrate.work", "migrate.executors", "migrate.caching", "migrate.programs", "migrate.runner"),
    (
        *("migrate.output", "migrate.units", "migrate.review", "migrate.baseline", "migrate.progress"),
        *("migrate.disk", "migrate.journal", "migrate.writer"),
    ),
    ("migrate.casefile", "migrate.testing", "migrate.proof"),
    ("migrate.commands", "migrate.cli", "migrate.__main__", "migrate.lsp"),
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
# The folders of the TensorFlow codemods, from the ground up; a file beside them stands wherever it is needed.
FOLDERS = ("indexing", "program", "reach", "scopes", "naming", "layers", "writing")
CODEMODS_MAY = {"migrate.model", "migrate.source", "migrate.edits", "migrate.syntax", "migrate.codemod"}
AT_HOME = {
    "tensorflow": ("codemods.tensorflow.verify",),
    "dask": ("migrate.executors.dask",),
    "distributed": ("migrate.executors.dask",),
    "pygls": ("migrate.lsp",),
    "lsprotocol": ("migrate.lsp",),
    "typer": ("migrate.cli", "migrate.commands", "migrate.lsp", "codemods.tensorflow.verify"),
    "rich": ("migrate.output", "migrate.review", "migrate.commands", "codemods.tensorflow.verify"),
    "pathspec": ("migrate.paths.excludes",),
}


@dataclass(frozen=True)
class Import:
    """One import: who, whom, and whether it happens when the file is imported."""

    importer: str
    imported: str
    eager: bool


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def source_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


NAMES = {module_name(path) for path in source_files("migrate", "codemods")}


def imports(path: Path) -> Iterator[Import]:
    name = module_name(path)
    tree = ast.parse(path.read_bytes())
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                targets = [alias.name for alias in node.names]
            case ast.ImportFrom():
                package = name.rsplit(".", node.level)[0] + "." if node.level else ""
                module = (package + (node.module or "")).rstrip(".")
                full = [f"{module}.{alias.name}" for alias in node.names]
                targets = [one if one in NAMES else module for one in full]
            case _:
                continue
        eager, parent = True, parents.get(node)
        while parent is not None:
            typing_only = isinstance(parent, ast.If) and "TYPE_CHECKING" in ast.unparse(parent.test)
            eager = eager and not typing_only and not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef)
            parent = parents.get(parent)
        yield from (Import(name, target, eager) for target in targets)


EVERY = [one for path in source_files("migrate", "codemods") for one in imports(path)]


def below(name: str, folders: tuple[str, ...] | set[str]) -> bool:
    return any(name == folder or name.startswith(folder + ".") for folder in folders)


def floor(name: str) -> int:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in FLOOR and (length > 1 or len(parts) == 1):
            return FLOOR[".".join(parts[:length])]
    pytest.fail(f"{name} stands on no floor: give it one in {Path(__file__).name}")


def test_the_imports_were_read() -> None:
    assert Import("migrate.engine", "migrate.edits", eager=True) in EVERY
    assert Import("migrate.installed", "importlib.metadata", eager=False) in EVERY
    assert len(EVERY) > 300


@pytest.mark.parametrize("path", list(source_files("migrate")), ids=module_name)
def test_files_import_from_their_floor_or_below(path: Path) -> None:
    for one in imports(path):
        if one.imported.split(".")[0] == "migrate":
            assert floor(one.imported) <= floor(one.importer), f"{one.importer} imports {one.imported} from above"


def test_there_is_no_cycle() -> None:
    graph: dict[str, set[str]] = {}
    for one in EVERY:
        if one.eager and one.imported in NAMES and one.imported != one.importer:
            graph.setdefault(one.importer, set()).add(one.imported)
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " imports ".join((*path[path.index(name) :], name))
        if name not in done:
            for following in sorted(graph.get(name, ())):
                visit(following, (*path, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_the_engine_knows_no_codemod() -> None:
    assert [one for one in EVERY if below(one.importer, ("migrate",)) and below(one.imported, ("codemods",))] == []


@pytest.mark.parametrize("name", ["get_variable", "layer_scopes"])
def test_a_codemod_is_short(name: str) -> None:
    text = (ROOT / "codemods" / "tensorflow" / f"{name}.py").read_text(encoding="utf-8")
    assert text.count("\n") < 250, "what several codemods know, and what one needs to find out, stands beside them"


def test_codemods_import_only_what_they_are_given() -> None:
    codemods = [one for one in EVERY if below(one.importer, ("codemods",)) and below(one.imported, ("migrate",))]
    assert codemods
    foreign = [one for one in codemods if not below(one.imported, CODEMODS_MAY)]
    assert [one for one in foreign if not below(one.importer, ("codemods.tensorflow.verify",))] == []


def folder(name: str) -> str:
    return name.removeprefix("codemods.tensorflow.").split(".")[0]


def test_folders_of_the_codemods_build_on_those_below() -> None:
    inside = [one for one in EVERY if folder(one.importer) in FOLDERS and folder(one.imported) in FOLDERS]
    assert {folder(one.importer) for one in inside} == set(FOLDERS)
    up = [one for one in inside if FOLDERS.index(folder(one.imported)) > FOLDERS.index(folder(one.importer))]
    assert up == []


@pytest.mark.parametrize("library", AT_HOME)
def test_libraries_stay_at_home(library: str) -> None:
    guests = [one for one in EVERY if below(one.imported, (library,)) and not below(one.importer, AT_HOME[library])]
    assert guests == []


def modules_after(code: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(ended.stdout.split())


HEAVY = {"libcst", "rich", "concurrent.futures", "multiprocessing", "pathspec", "subprocess", "tensorflow", "pydantic"}


def test_a_start_imports_nothing_heavy() -> None:
    """What a run with nothing to rewrite has imported by its end, but for typer's own."""
    typer_s = modules_after("import typer, typer.core, typer.main")
    code = "from migrate import registry, work, writer\nfrom migrate.commands import job, run\nregistry.load()"
    assert HEAVY & (modules_after(code) - typer_s) == set()


def test_a_tree_without_a_call_imports_no_analysis(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    call = f"main(['-q', '--check', {str(tmp_path)!r}])"
    run = f"from migrate.cli import main\ntry:\n    {call}\nexcept SystemExit:\n    pass"
    known = {name for name in modules_after(run) if name.startswith("codemods.")}
    assert known == {f"codemods.tensorflow{name}" for name in ("", ".codemods", ".rules", ".triggers")}


@pytest.mark.parametrize("path", list(source_files("migrate", "codemods")), ids=module_name)
def test_files_open_with_what_they_are_about(path: Path) -> None:
    opening = ast.get_docstring(ast.parse(path.read_bytes()))
    assert opening, path
    assert opening.partition("\n\n")[0].replace("\n", " ").rstrip()[-1] in ".:?", path


def test_only_workers_catch_everything() -> None:
    broad = []
    for path in source_files("migrate", "codemods"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ExceptHandler):
                names = ast.unparse(node.type) if node.type else "everything"
                if names in ("everything", "Exception", "BaseException"):
                    broad.append(module_name(path))
    workers = ("migrate.work", "migrate.executors.worker")
    assert broad == [name for name in broad if name in workers or below(name, ("codemods.tensorflow.verify.inside",))]
    assert set(workers) <= set(broad)
