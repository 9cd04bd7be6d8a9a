"""Options, environment and files to settings: which wins, what is refused and how that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import toys  # noqa: F401 - the registry below loads it

from migrate import registry, settings
from migrate.model import Level
from migrate.settings import Color, Settings, SettingsError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(**given: Any) -> Settings:
    return settings.load(registry.of(["toys:TOY", "toys:PAIRS"]), given)


def test_defaults() -> None:
    found = load()
    assert found.level is Level.RENAMES
    assert found.color is Color.AUTO
    assert found.origin == ""
    policy = found.own_policy()
    assert policy.codemods == ("toy", "pairs")
    assert policy.off == frozenset()
    assert policy.options.values == {"spelling": "new"}


def test_a_project_s_table_and_options_above_it() -> None:
    lines = 'level = "exact"\nspelling = "newer"\nignore = ["TY2"]\nstrict = true\njobs = 3\ncolor = "never"\n'
    Path("pyproject.toml").write_text(f"[tool.migrate]\n{lines}")
    found = load(level="unsafe", strict=False)
    assert (found.level, found.strict, found.jobs, found.color) == (Level.UNSAFE, False, 3, Color.NEVER)
    assert found.own_policy().options.get("spelling", "") == "newer"
    assert found.own_policy().off == {"TY201"}
    assert found.origin == "pyproject.toml"


def test_the_nearest_file_wins_and_stands_alone() -> None:
    Path("a/b/c").mkdir(parents=True)
    Path("migrate.toml").write_text('level = "unsafe"\nignore = ["toy"]\n')
    Path("a/pyproject.toml").write_text("[tool.other]\nmigrate = 1\n")
    Path("a/b/pyproject.toml").write_text('[tool.migrate]\nlevel = "exact"\n')
    found = load()
    assert found.policy("x.py").level is Level.UNSAFE
    assert found.policy("x.py").codemods == ("pairs",)
    assert found.policy("a/x.py").level is Level.UNSAFE
    assert found.policy("a/b/c/x.py").level is Level.EXACT
    assert found.policy("a/b/c/x.py").codemods == ("toy", "pairs")


def test_migrate_toml_beats_pyproject_beside_it() -> None:
    Path("migrate.toml").write_text('level = "unsafe"\n')
    Path("pyproject.toml").write_text('[tool.migrate]\nlevel = "exact"\n')
    assert load().level is Level.UNSAFE


def test_config_and_isolated() -> None:
    Path("migrate.toml").write_text('level = "unsafe"\n')
    Path("other.toml").write_text('level = "exact"\n')
    Path("sub").mkdir()
    Path("sub/migrate.toml").write_text('level = "unsafe"\n')
    assert load(config="other.toml").level is Level.EXACT
    assert load(config="other.toml").policy("sub/a.py").level is Level.EXACT
    assert load(isolated=True).level is Level.RENAMES
    assert load(isolated=True).policy("sub/a.py").level is Level.RENAMES


def test_paths_in_a_file_are_relative_to_it(here: Path) -> None:
    Path("sub").mkdir()
    Path("sub/migrate.toml").write_text('output-file = "out.json"\nextend-exclude = ["gen/a.py", "b.py"]\n')
    found = load(config="sub/migrate.toml")
    assert found.output_file == "sub/out.json"
    assert found.extend_exclude == (str(here / "sub/gen/a.py"), "b.py")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('levl = "exact"\n', "migrate.toml: unknown key levl; did you mean level?"),
        ('spellin = "new"\n', "migrate.toml: unknown key spellin; did you mean spelling?"),
        ("zzz = 1\n", "migrate.toml: unknown key zzz"),
        ('extend_exclude = ["a"]\n', "migrate.toml: unknown key extend_exclude; did you mean extend-exclude?"),
        ("[tool.migrate]\n", "migrate.toml: unknown key tool; the keys stand in this file without a heading"),
        ("dry-run = true\n", "migrate.toml: unknown key dry-run (it is an option of the command line only)"),
        (
            'level = "exat"\n',
            "migrate.toml: level must be one of exact, renames, unsafe, not 'exat'; did you mean exact?",
        ),
        ("level = 1\n", "migrate.toml: level must be one of exact, renames, unsafe, not 1"),
        ('spelling = "odl"\n', "migrate.toml: spelling must be one of new, newer, old, not 'odl'; did you mean old?"),
        ('jobs = "4"\n', "migrate.toml: jobs must be a whole number, 0 or more, not '4'"),
        ("jobs = -1\n", "migrate.toml: jobs must be a whole number, 0 or more, not -1"),
        ("jobs = true\n", "migrate.toml: jobs must be a whole number, 0 or more, not True"),
        ("strict = 1\n", "migrate.toml: strict must be true or false, not 1"),
        ("select = 1\n", "migrate.toml: select must be a list of strings, not 1"),
        ("report = 1\n", "migrate.toml: report must be a string, not 1"),
        ('select = ""\n', "migrate.toml: select is empty: leave it out, or say NAMES"),
        ('report = ""\n', "migrate.toml: report is empty: leave it out, or say FILE.html"),
        ('until = " "\n', "migrate.toml: until is empty: leave it out, or say POINT"),
        ('exclude = [""]\n', "migrate.toml: exclude is empty: leave it out, or say GLOBS"),
        ('ignore = ["TY1", "TZ2"]\n', "migrate.toml: ignore: unknown codemod or code TZ2"),
        ('select = ["tuy"]\n', "migrate.toml: select: unknown codemod or code tuy; did you mean toy?"),
        ("level = \n", "migrate.toml is not valid TOML: "),
        ('level = "\\', "migrate.toml is not valid TOML: "),
        ("jobs = " + "9" * 5000, "migrate.toml is not valid TOML: "),
        ("jobs = " + "[" * 50_000, "migrate.toml is not valid TOML: "),
        ('report = "a\\u0000b"\n', "migrate.toml: report must be a string, not 'a\\x00b'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, message: str) -> None:
    Path("migrate.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["tool = 1 # migrate\n", "[tool]\nother = 'migrate'\n", "[[tool]]\nmigrate = 1\n"])
def test_a_project_without_a_table_has_no_settings(text: str) -> None:
    Path("pyproject.toml").write_text(text)
    assert load().origin == ""


def test_a_table_has_to_be_one_and_a_byte_order_mark_may_stand_before_it() -> None:
    Path("pyproject.toml").write_text("[tool]\nmigrate = 3\n")
    with pytest.raises(SettingsError, match=r"^pyproject\.toml: tool\.migrate must be a table, not 3$"):
        load()
    Path("pyproject.toml").write_text('\ufeff[tool.migrate]\nlevel = "exact"\n')
    assert load().level is Level.EXACT


def test_a_config_that_is_missing() -> None:
    with pytest.raises(SettingsError, match=r"^nope\.toml cannot be read: No such file or directory$"):
        load(config="nope.toml")


def test_every_key_of_a_file_can_be_read_back() -> None:
    found = load(level="exact", extend_exclude=["a/b", "c"], spelling="old", jobs=2)
    Path("migrate.toml").write_text(found.to_toml())
    again = load()
    assert again.to_toml() == found.to_toml().replace("# no configuration file", "# migrate.toml")
    tomllib = pytest.importorskip("tomllib")
    assert tomllib.loads(found.to_toml())["level"] == "exact"


def test_names_and_codes_select() -> None:
    assert load(select=["pairs"]).own_policy().codemods == ("pairs",)
    only = load(select=["TY1"]).own_policy()
    assert only.codemods == ("toy",)
    assert only.off == {"TY201", "TP101", "TP102"}
    assert load(ignore=["toy,TP101"]).own_policy().off == {"TY101", "TY201", "TP101"}
    assert load(ignore=["TY101,TY201"]).own_policy().codemods == ("pairs",)


@pytest.mark.parametrize("key", ["report", "output-file", "baseline"])
@pytest.mark.parametrize(
    "value", ["../it", "/it", "link", "a/../../it", ".git/config", "sub/.GIT/hooks/pre-commit", "."]
)
def test_a_file_that_was_found_has_nothing_written_outside(here: Path, key: str, value: str) -> None:
    (here / "link").symlink_to(here.parent / "elsewhere")
    Path("migrate.toml").write_text(f'{key} = "{value}"\n')
    with pytest.raises(SettingsError, match=rf"^migrate\.toml: {key} leads out of its project"):
        load()
    assert getattr(load(config="migrate.toml"), key.replace("-", "_"))  # who names a file trusts it


def test_a_file_cannot_name_a_scheduler() -> None:
    Path("migrate.toml").write_text('scheduler = "tcp://evil.example.org:1"\n')
    with pytest.raises(SettingsError, match="option of the command line only"):
        load()
