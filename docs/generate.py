"""Writes what the docs show of the tool: picture, examples, results of cases, list of codes, table of options.

`python docs/generate.py` writes them all; it needs TensorFlow, to run the examples. The tests compare. Read the
difference before you keep it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from migrate import options, registry  # noqa: E402
from migrate.findings.rules import RULES  # noqa: E402
from migrate.model import Rule  # noqa: E402
from migrate.options import Scope  # noqa: E402
from migrate.testing import collect, produce, update  # noqa: E402

DOCS = ROOT / "docs"
EXAMPLES = tuple(
    ROOT / "examples" / f"{name}.py"
    for name in ("two_calls", "variable_store", "perceptron", "convnet", "name_scopes", "towers", "xavier")
)
Printed = Callable[[str], str]  # a program's text -> what it prints


@cache
def preview(example: Path, *options: str) -> tuple[str, str]:
    """What a dry run on an example writes to standard output, a patch, and to standard error, a summary."""
    script = Path(sys.executable).with_name("migrate")
    command = [script, "--isolated", "--dry-run", *options, example.relative_to(ROOT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout, done.stderr


@cache
def migrated(example: Path) -> str:
    """An example's text after its migration."""
    script = Path(sys.executable).with_name("migrate")
    command = [script, "--isolated", "-q", "--stdin-filename", example, "-"]
    text = example.read_text(encoding="utf-8")
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout


def question(example: Path) -> tuple[str, str]:
    """The question that opens an example, and its answer."""
    asked, _, answer = (ast.get_docstring(ast.parse(example.read_text(encoding="utf-8"))) or "").partition("\n\n")
    return asked, answer


# docs/examples.md

_EXAMPLES_HEAD = """\
# Examples

Seven programs in [`examples/`](../examples), each with the question that it answers: what `migrate` makes of it, and
what it prints before and after. Every one builds the same variables before and after; the tests run them.

"""


def examples(printed: Printed) -> str:
    """The page of the examples; `printed` runs them."""
    return _EXAMPLES_HEAD + "\n".join("\n".join(_example(one, printed)) for one in EXAMPLES)


def _example(example: Path, printed: Printed) -> Iterator[str]:
    asked, answer = question(example)
    before, after = printed(example.read_text(encoding="utf-8")), printed(migrated(example))
    patch, summary = preview(example)
    text = f"[`{example.name}`](../examples/{example.name}): {answer}"
    yield f"## {asked}\n\n{textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)}\n"
    yield f"```diff\n{patch}```\n"
    yield f"```text\n{summary}```\n"
    if before == after:
        yield f"It prints, before and after:\n\n```text\n{before}```\n"
    else:
        yield f"It prints, before:\n\n```text\n{before}```\n\nand after:\n\n```text\n{after}```\n"


_WARNING = re.compile(r"^WARNING:.*\n(?:Instructions for updating:\n.*\n)?", re.MULTILINE)


def said(output: str) -> str:
    """What a program printed, without TensorFlow's warnings, which name the machine."""
    return _WARNING.sub("", output)


def shown_programs(page: str) -> Mapping[str, str]:
    """What the page of the examples says of each example, by file name, without what it prints."""
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    return {
        re.search(r"\.\./examples/(\w+\.py)", one)[1]: one.partition("It prints, before")[0]  # type: ignore[index]
        for one in sections
    }


# docs/codes.md

_CODES_HEAD = """\
# Codes

Everything that `migrate` says of a place in the code stands under one of these codes. `migrate explain CODE` shows a
code's page in the terminal, `migrate list` shows this list. **rewrite**: the call or scope is rewritten; **left**: it
stays as it is, and a person can look at it; **notice**: worth knowing, beside a call that another code counts.
"""


def codes() -> str:
    """The list of codes, by codemod."""
    known = registry.load()
    parts = [f"## {one.name}\n\n{one.summary}.\n\n{_table(one.rules, _page)}" for one in known.codemods]
    own = f"## The engine's own\n\nWhat holds for every codemod.\n\n{_table(RULES, _below)}"
    return "\n".join((_CODES_HEAD, *parts, own, *map(_in_full, RULES)))


def _page(rule: Rule) -> str:
    return f"[{rule.code}](../codemods/tensorflow/pages/{rule.code}.md)"


def _below(rule: Rule) -> str:
    return f"[{rule.code}](#{rule.code.lower()}-{rule.name})"


def _in_full(rule: Rule) -> str:
    page = re.sub(r"^## (.*)", r"**\1.**", rule.page.strip(), flags=re.MULTILINE)
    page = re.sub(r"^(\*\*Example\.\*\*)\n", r"\1\n\n", page, flags=re.MULTILINE)
    return f"### {rule.code} {rule.name}\n\n{rule.summary}.\n\n{page}\n"


def _table(rules: tuple[Rule, ...], link: Callable[[Rule], str]) -> str:
    rows = [f"| {link(rule)} | `{rule.name}` | {rule.kind.value} | {_cell(rule.summary)} |" for rule in rules]
    return "\n".join(["| code | name | kind | what it says |", "|---|---|---|---|", *rows]) + "\n"


# docs/configuration.md

_BEGIN, _END = "<!-- options: begin -->", "<!-- options: end -->"
_SCOPES = {Scope.FILE: "nearest to each source", Scope.RUN: "nearest to the current directory"}

_DEFAULTS = {"exclude": "the usual ones"}  # where a table has no room for them


def configuration(page: str) -> str:
    """The page with its table of keys as `Settings` has them."""
    head, _, rest = page.partition(_BEGIN)
    return f"{head}{_BEGIN}\n{_options()}{_END}{rest.partition(_END)[2]}"


def _options() -> str:
    rows = ["| key | default | read from the file | what it does |", "|---|---|---|---|"]
    for name, (field, option) in options.options_of().items():
        if option.scope is Scope.COMMAND:
            continue
        default = _DEFAULTS.get(name, f"`{options.toml(field.default)}`" if field.default != "" else "none")
        values = options.choices(field, option)
        text = option.text + (f" {_choice(values)}" if values else "")
        rows.append(f"| `{name.replace('_', '-')}` | {default} | {_SCOPES[option.scope]} | {_cell(text)} |")
    known = registry.load()
    for name, values in known.options.items():
        text = known.about(name).partition(" One of: ")[0]
        rows.append(f'| `{name}` | `"{values[0]}"` | {_SCOPES[Scope.FILE]} | {text} {_choice(values)} |')
    return "\n".join(rows) + "\n"


def _choice(values: tuple[str, ...]) -> str:
    return "One of " + ", ".join(f"`{value}`" for value in values) + "."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*args", "`*args`").replace("**kwargs", "`**kwargs`")


def main() -> None:
    """Writes all of it."""
    import picture  # noqa: PLC0415 - needs a system with pseudo-terminals

    from codemods.tensorflow.verify.probe import Probe  # noqa: PLC0415

    picture.PICTURE.write_text(picture.draw(picture.record()), encoding="utf-8")
    known = registry.load()
    files = [DOCS / "names.md", *sorted((ROOT / "codemods" / "tensorflow" / "pages").glob("*.md"))]
    failures = [one for case in collect(files) for one in produce(case, known).failures]
    if failures:
        sys.exit("\n".join(failures))
    for file in files:
        update(file, known)
    (DOCS / "codes.md").write_text(codes(), encoding="utf-8")
    page = DOCS / "configuration.md"
    page.write_text(configuration(page.read_text(encoding="utf-8")), encoding="utf-8")
    with Probe() as probe:
        text = examples(lambda program: said(probe.dump({"main.py": program}, until="exit").output))
    (DOCS / "examples.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
