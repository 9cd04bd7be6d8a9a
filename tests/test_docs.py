"""The docs hold: what is generated is current, examples are what the tool does, recipes run, links lead somewhere."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from html import unescape
from pathlib import Path

import pytest

from codemods.tensorflow.rules import GET_VARIABLE_RULES, LAYER_RULES
from codemods.tensorflow.verify.compare import Verdict
from migrate import registry
from migrate.findings.rules import RULES
from migrate.model import Rewrite, Rule, RuleKind
from migrate.testing import Case, check, expected, produce, read

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))

import generate  # noqa: E402
from shell import Shell, install  # noqa: E402
from test_cases import undeclared, unkept  # noqa: E402
from test_review import Terminal  # noqa: E402

PAGES = ROOT / "codemods" / "tensorflow" / "pages"
OWN_RULES = [*GET_VARIABLE_RULES.values(), *LAYER_RULES.values()]
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")), *sorted(PAGES.glob("*.md"))]
AGAIN = "run: python docs/generate.py"
MIGRATE = str(Path(sys.executable).with_name("migrate"))
FENCE = re.compile(r"^(`{3,})(\w*)[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)
PROGRAM = 'import tensorflow.compat.v1 as tf\n\nw = tf.Variable(tf.zeros([2]), name="w")\n'
MIGRATED = 'import tensorflow.compat.v1 as tf\n\nw = tf.get_variable("w", [2], initializer=tf.zeros_initializer())\n'


def fences(path: Path, language: str) -> list[str]:
    """The fenced blocks of a page in one language."""
    return [body for _, name, body in FENCE.findall(path.read_text(encoding="utf-8")) if name == language]


def commands(path: Path) -> list[str]:
    """What follows a prompt in the blocks of a page."""
    lines = "".join(fences(path, "console")).splitlines()
    return [re.sub(r"\s+#.*", "", line[2:]) for line in lines if line.startswith("$ ")]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project under git with one file to migrate, in which commands run as they do for a user."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(MIGRATE).parent), prepend=os.pathsep)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *who, *command], check=True)
    subprocess.run(["git", "update-ref", "refs/remotes/origin/main", "HEAD"], check=True)
    return tmp_path


# the pages of the codes


def test_every_page_belongs_to_a_rule():
    assert sorted(path.stem for path in PAGES.glob("*.md")) == sorted(rule.code for rule in OWN_RULES)


@pytest.mark.parametrize("rules", [GET_VARIABLE_RULES, LAYER_RULES])
def test_codes_are_listed_in_their_order(rules: Mapping[str, Rule]):
    assert list(rules) == sorted(rules)


@pytest.mark.parametrize("rule", OWN_RULES, ids=lambda rule: rule.code)
def test_page_has_its_sections(rule: Rule):
    wanted = ["What it means", "Why", "Example", "What to do"]
    if rule.kind is RuleKind.REWRITE:
        wanted.insert(3, "Safety")
    sections = re.split(r"^## (.*)\n", rule.page, flags=re.MULTILINE)
    assert sections[1::2] == wanted
    assert all(len(body.split()) > 3 for body in sections[2::2] if not body.startswith("Nothing"))


@pytest.mark.parametrize("rule", OWN_RULES, ids=lambda rule: rule.code)
def test_the_page_s_example_is_reported_under_its_code(rule: Rule):
    (case,) = read(PAGES / f"{rule.code}.md")
    assert any(line.split()[1] == rule.code for line in case.findings or ())
    problems = check(case, registry.load())
    assert not [one for one in problems if not (is_python_2(case) and "does not parse" in one)]


def is_python_2(case: Case) -> bool:
    """Whether a case's program is written in Python 2, which nothing here can parse or run."""
    return re.search(r"^print [^(]", case.before["main.py"], re.MULTILINE) is not None


def cases_that_run() -> list[Case]:
    files = [*sorted(PAGES.glob("*.md")), DOCS / "names.md"]
    cases = [case for file in files for case in read(file) if case.after]
    return [case for case in cases if not is_python_2(case) and case.options.get("level") != "unsafe"]


@pytest.mark.tensorflow
@pytest.mark.parametrize("case", cases_that_run(), ids=lambda case: case.id)
def test_the_docs_examples_build_the_same_variables(case: Case, tensorflow_programs):
    comparison = tensorflow_programs.run_pair(dict(case.before), expected(case), until="exit")
    findings = [finding for _, finding in produce(case, registry.load()).findings]
    renames = [
        rename for one in findings if isinstance(one.outcome, Rewrite) for rename in one.renames if rename.changes
    ]
    assert comparison.before.graphs[0].variables
    assert comparison.verdict is (Verdict.RENAMED if renames else Verdict.SAME), "\n".join(comparison.explain())
    assert not list(undeclared(comparison, renames))
    assert not list(unkept(comparison, renames))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_engine_s_pages_have_their_sections_and_real_examples(rule: Rule, project: Path):
    sections = re.split(r"^## (.*)\n", rule.page, flags=re.MULTILINE)
    assert sections[1::2] == ["What it means", "Why", "Example", "What to do"]
    blocks = {name: body for _, name, body in FENCE.findall(rule.page)}
    Path("src/net.py").write_text(blocks["python"])
    command, *wanted = blocks["console"].splitlines()
    found = shown_by(command[2:], project)
    wanted = [line for line in wanted if not line.startswith("Make this change")]
    assert len(found) == len(wanted)
    assert any(f" {rule.code} " in line for line in found)
    for line, shown_line in zip(found, wanted, strict=True):
        assert line == shown_line or (shown_line.endswith(" ...") and line.startswith(shown_line[:-4]))


def shown_by(command: str, project: Path) -> list[str]:
    """What a command prints about the project, with a codemod beside the real ones that breaks what it is told to."""
    install(project / "site", breaking="toys:BREAKING")
    shell = Shell(project, project / "site")
    if "--interactive" not in command:
        return shell.run(*command.split()[1:]).stdout.decode().splitlines()
    terminal = Terminal(shell, *command.split()[1:])
    terminal.until("]? ")
    terminal.type("n\n")
    return re.findall(r"src/\S+:\d+:\d+: .*", terminal.end()[1].replace("\r", ""))  # behind a bar that it wipes away


# what is generated


def test_the_list_of_codes_is_current():
    assert (DOCS / "codes.md").read_text(encoding="utf-8") == generate.codes(), AGAIN


def test_the_table_of_keys_is_current():
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert page == generate.configuration(page), AGAIN


@pytest.mark.skipif(sys.platform == "win32", reason="records a pseudo-terminal")
def test_the_picture_shows_what_the_tool_shows():
    import picture

    drawn = picture.draw(picture.record())
    kept = picture.PICTURE.read_text(encoding="utf-8")
    assert shown(kept) == shown(drawn), AGAIN
    assert any("get_variable" in line for line in shown(kept))


def shown(svg: str) -> list[str]:
    """The lines of text in a picture, whatever version of rich has drawn it."""
    lines: dict[str, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(r'<text [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', svg, re.DOTALL):
        lines.setdefault(y, []).append((float(x), unescape(text).replace("\xa0", " ").rstrip("\n")))
    return ["".join(text for _, text in sorted(parts)).rstrip() for _, parts in sorted(lines.items(), key=_height)]


def _height(line: tuple[str, object]) -> float:
    return float(line[0])


@pytest.mark.parametrize("case", [*read(DOCS / "names.md")], ids=lambda case: case.title)
def test_names_are_decided_as_the_page_says(case: Case):
    assert case.findings
    assert not "\n".join(check(case, registry.load()))


# README


def test_the_set_up_commands_run_here_and_in_ci():
    first, second = commands(ROOT / "README.md")[:2]
    assert first.endswith(" && migrate --dry-run examples/")
    wanted = second.rpartition(" && ")[2]
    assert wanted.startswith("python -m pytest")
    (pattern,) = re.findall(r"sed -n '(.*?)' README\.md", (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    found = subprocess.run(["sed", "-n", pattern, ROOT / "README.md"], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == [wanted]
    extras = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^test = \[[^]]*"tensorflow-cpu', extras, re.MULTILINE)


def test_the_first_command_previews_every_example():
    done = subprocess.run([MIGRATE, "--dry-run", "examples/"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    for example in generate.EXAMPLES:
        assert f"+++ b/examples/{example.name}\n" in done.stdout
    assert " 0 left." in done.stderr


def test_exit_codes_are_the_same_everywhere():
    tables = [
        re.findall(r"^\| (\d+) \| ", path.read_text(encoding="utf-8"), re.MULTILINE)
        for path in (ROOT / "README.md", DOCS / "configuration.md")
    ]
    assert tables[0] == tables[1] == ["0", "1", "2", "3", "4", "5", "130"]


# recipes


def test_what_the_page_on_ci_runs_runs(project: Path):
    page = DOCS / "ci.md"
    lines = re.findall(r"^\s*- (?:run: )?(migrate --.*)$", "".join(fences(page, "yaml")), re.MULTILINE)
    lines += commands(page)
    assert len(lines) >= 7
    for line in lines:
        done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), f"{line}\n{done.stderr}"
    assert json.loads(Path("migrate.sarif").read_text())["version"] == "2.1.0"
    assert json.loads(Path("gl-code-quality-report.json").read_text())
    assert Path("migrate-baseline.json").exists()
    assert Path("migrate.html").read_text().startswith("<!doctype html>")
    assert Path("src/net.py").read_text() == PROGRAM


def test_the_action_s_step_finds_what_there_is(project: Path):
    yaml = pytest.importorskip("yaml")
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][-1]
    assert "${{" not in step["run"]  # inputs come through the environment, so that no input is a command
    given = {name: str(value["default"]) for name, value in action["inputs"].items()}
    folder = project / "installed"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "migrate").symlink_to(MIGRATE)
    values = {
        "${{ runner.temp }}/migrate": str(folder),
        **{f"${{{{ inputs.{name} }}}}": value for name, value in given.items()},
        "${{ inputs.args }}": "--strict --statistics",
    }
    environment = {name: values[text] for name, text in step["env"].items()}
    summary = project / "summary.md"
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
        env={**os.environ, **environment, "GITHUB_STEP_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert re.search(r"^::\w+ title=.*GV101.*,file=src/net\.py,line=3", done.stdout, re.MULTILINE), done.stdout
    assert "src/net.py" in summary.read_text()


def test_the_problem_matcher_reads_every_line(project: Path):
    tasks, _ = fences(DOCS / "editors.md", "json")
    (task,) = json.loads(tasks)["tasks"]
    Path("src/broken.py").write_text("import tensorflow as tf\ntf.Variable(\n")
    Path("src/left.py").write_text(PROGRAM + "\nv = tf.Variable(1, tf.float32, name='v')\nu = tf.Variable(name='u')\n")
    done = subprocess.run([task["command"], *task["args"]], capture_output=True, text=True, check=False)
    pattern = task["problemMatcher"]["pattern"]
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    for line in lines:
        match = re.match(pattern["regexp"], line)
        assert match, line
        assert Path(match[pattern["file"]]).exists()
        assert match[pattern["code"]] in {*registry.load().rules, "FAILED"}
        assert int(match[pattern["line"]]) >= 2
        assert match[pattern["message"]]


def pycharm(heading: str) -> dict[str, str]:
    """The fields of a recipe for PyCharm."""
    page = (DOCS / "editors.md").read_text(encoding="utf-8")
    table = page.partition(f"**{heading}**")[2].partition("\n\n")[2].partition("\n\n")[0]
    return dict(re.findall(r"^\| ([^|]+?) \| `?(.*?)`? \|$", table, re.MULTILINE))


def as_pycharm_runs(fields: dict[str, str], project: Path, arguments: str = "") -> subprocess.CompletedProcess[str]:
    """A tool of PyCharm, its macros replaced and its command split as that does."""
    macros = {
        "$PyInterpreterDirectory$": str(Path(MIGRATE).parent),
        "$FilePath$": str(project / "src" / "net.py"),
        "$ProjectFileDir$": str(project),
    }
    line = f"{fields['Program']} {arguments or fields['Arguments']}"
    folder = fields["Working directory"]
    for macro, value in macros.items():
        line, folder = line.replace(macro, value), folder.replace(macro, value)
    assert "$" not in line + folder
    return subprocess.run(shlex.split(line), cwd=folder, capture_output=True, text=True, check=False)


def test_the_external_tools_for_pycharm_check_show_apply_and_undo(project: Path):
    fields = pycharm("External tool")
    checked = as_pycharm_runs(fields, project)
    parts = {"$FILE_PATH$": "(?P<path>.+?)", "$LINE$": r"(?P<line>\d+)", "$COLUMN$": r"(?P<column>\d+)"}
    pattern = re.escape(fields["Output filters (Advanced Options)"])
    for macro, part in parts.items():
        pattern = pattern.replace(re.escape(macro), part)
    (link,) = [re.match(pattern, line) for line in checked.stdout.splitlines()]
    assert link is not None
    assert (project / link["path"], link["line"], link["column"]) == (project / "src" / "net.py", "3", "5")
    page = (DOCS / "editors.md").read_text(encoding="utf-8")
    show, apply, undo = re.findall(r"`([^`]*)`", page.partition("A second tool with")[2].partition("Check ")[0])
    shown = as_pycharm_runs(fields, project, show).stdout
    assert "\x1b[" in shown
    assert "get_variable" in shown
    assert as_pycharm_runs(fields, project, apply).returncode == 0
    assert Path("src/net.py").read_text() == MIGRATED
    assert as_pycharm_runs(fields, project, undo).returncode == 0
    assert Path("src/net.py").read_text() == PROGRAM


def test_the_file_watcher_for_pycharm_rewrites_what_is_saved(project: Path):
    fields = pycharm("File watcher")
    done = as_pycharm_runs(fields, project)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert Path("src/net.py").read_text() == MIGRATED
    assert as_pycharm_runs(fields, project).returncode == 0, "PyCharm runs it again when its own change is saved"
    half_written = PROGRAM + "v = tf.Variable(\n"
    Path("src/net.py").write_text(half_written)
    assert as_pycharm_runs(fields, project).returncode == 3
    assert Path("src/net.py").read_text() == half_written


@pytest.mark.skipif(shutil.which("vim") is None, reason="vim is not installed")
def test_the_recipe_for_vim_fills_the_quickfix_list_and_filters(project: Path):
    setting, filtering = fences(DOCS / "editors.md", "vim")
    script = (
        setting
        + "edit src/net.py\nsilent make!\n"
        + "call writefile(map(getqflist(), {_, one -> bufname(one.bufnr) . ' ' . one.lnum . ' ' . one.col}), 'list')\n"
        + filtering.replace(":%!", "silent %!").replace("stdin-filename %", "stdin-filename src/net.py")
        + "write! out.py\nqa!\n"
    )
    Path("script.vim").write_text(script)
    subprocess.run(["vim", "-Nu", "NONE", "-es", "-S", "script.vim"], check=False, timeout=60)
    assert Path("list").read_text() == "src/net.py 3 5\n"
    assert Path("out.py").read_text() == MIGRATED


# writing a codemod


def test_the_page_on_codemods_is_a_codemod_that_works(tmp_path, monkeypatch):
    codemod, test = fences(DOCS / "codemods.md", "python")
    (case,) = fences(DOCS / "codemods.md", "markdown")
    (tmp_path / "old_initializer.py").write_text(codemod)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "names.md").write_text(case)
    (tmp_path / "test_old_initializer.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_old_initializer.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("old_initializer")
    assert set(module.CODEMOD.rules) == {module.RENAMED, module.ALIASED}


def test_every_codemod_is_on_the_page():
    listed = re.findall(r"^- `([\w-]+)`: \S", (DOCS / "codemods.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [one.name for one in registry.load().codemods]


# what a reader can follow


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    text = re.sub(FENCE, "", path.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(path: Path) -> list[str]:
    """The anchors that the headings of a page get."""
    text = re.sub(FENCE, "", path.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_text_names_a_machine(path: Path):
    assert not re.search(r"/(?:tmp|root|home|work|opt)/\w", path.read_text(encoding="utf-8"))


def test_the_way_around_the_house_names_rooms_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Trying and testing")[0]
    homes = (ROOT, ROOT / "migrate", ROOT / "codemods" / "tensorflow")
    names = re.findall(r"`([\w/]+(?:\.py|/))`", text)
    assert len(names) > 30
    for name in names:
        assert any((home / name).exists() for home in homes), name


def test_every_page_is_on_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for path in DOCS.glob("*.md"):
        assert path.name == "index.md" or f"]({path.name})" in index, path.name


def test_every_option_that_the_texts_name_exists():
    known: dict[str, set[str]] = {}
    for command in ("", "list", "explain", "undo", "verify", "checkpoint", "new"):
        done = subprocess.run([MIGRATE, *command.split(), "--help"], capture_output=True, text=True, check=True)
        known[command] = set(re.findall(r"(?<!\w)(--?[a-z][\w-]*)", done.stdout))
    for path in TEXTS:
        for words in re.findall(r"(?<![\w./-])migrate ((?:[\w.\-/='\"$%*]+ ?)+)", path.read_text(encoding="utf-8")):
            first = words.split()[0]
            options = known[first if first in known else ""] | {"--"}
            for option in re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", words):
                assert option in options, f"{path.name}: migrate {words}"
