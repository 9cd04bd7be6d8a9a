"""`migrate verify` and `migrate --verify`, from options to exit codes, output, blame and what is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.tensorflow.verify import renames
from codemods.tensorflow.verify.command import Options
from codemods.tensorflow.verify.proof import prove_report
from codemods.tensorflow.verify.session import run
from migrate import discover, registry, settings
from migrate.commands import CommandError
from migrate.runner import Session

pytestmark = pytest.mark.tensorflow

PLAIN = """\
import tensorflow as tf
w = tf.Variable(tf.random_normal([30, 2], stddev=0.1), name="w")
"""
EQUAL = PLAIN.replace(
    'tf.Variable(tf.random_normal([30, 2], stddev=0.1), name="w")',
    'tf.get_variable("w", [30, 2], initializer=tf.random_normal_initializer(stddev=0.1))',
)
OTHER_NAME = EQUAL.replace('"w"', '"net/w"') + "train = tf.train.MomentumOptimizer(.1, .9).minimize(tf.reduce_sum(w))\n"


JSON_ORDER = "verdict runs graphs differences renames blamed wavers unreached notes".split()


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def verify(tensorflow_programs, project, capsys):
    """Writes files, verifies one of them, and gives the exit code, standard output and standard error."""

    def call(files: dict[str, str], script: str = "main.py", **options):
        for name, text in files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
        code = run(Options(script, **options), registry.of([]), tensorflow_programs.probe)
        after = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
        assert {path: data for path, data in after.items() if path.name != "map.json"} == before
        return code, *capsys.readouterr()

    return call


def test_two_programs_that_are_the_same(verify):
    code, out, _ = verify({"main.py": PLAIN, "new.py": EQUAL}, other="new.py")
    assert code == 0
    assert "Both programs build the same variables. (1 same)" in out


def test_two_programs_with_other_names_give_a_map(verify, project):
    momentum = OTHER_NAME.replace('"net/w"', '"w"')
    code, out, _ = verify({"main.py": momentum, "new.py": OTHER_NAME}, other="new.py", map="map.json")
    assert code == 1
    assert "some names change" in out
    assert renames.read(project / "map.json") == {"w": "net/w", "w/Momentum": "net/w/Momentum"}


def test_two_programs_that_differ(verify):
    wrong = EQUAL.replace("0.1", "0.3")
    code, out, _ = verify({"main.py": PLAIN, "new.py": wrong}, other="new.py")
    assert code == 5
    assert "The programs differ." in out
    assert "std 0.1" in out.replace("0.09", "0.1")


def test_json_says_all(verify):
    wrong = EQUAL.replace("[30, 2]", "[30, 3]")
    code, out, _ = verify({"main.py": PLAIN, "new.py": wrong}, other="new.py", output_format="json")
    data = json.loads(out)
    assert (code, data["verdict"]) == (5, "different")
    (pair,) = data["graphs"][0]["variables"]
    assert pair["differences"] == [{"what": "shape", "before": "[30, 2]", "after": "[30, 3]"}]
    assert (pair["before"]["file"], pair["before"]["line"]) == ("main.py", 2)


def test_the_page_describes_every_key_of_the_json(verify):
    _, out, _ = verify({"main.py": PLAIN, "new.py": EQUAL}, other="new.py", output_format="json")
    page = Path(__file__).parent.parent.joinpath("docs/verify.md").read_text().partition("comparison as JSON")[2]
    data = json.loads(out)
    assert re.findall(r"^\| `(\w+)` \|", page.partition("## ")[0], re.MULTILINE) == [
        name for name in JSON_ORDER if name in data
    ]
    assert {*data} == {"version", *JSON_ORDER}
    for part in (data["runs"]["before"], data["graphs"][0], data["graphs"][0]["variables"][0]):
        assert all(f"`{name}`" in page for name in part)


def test_a_narrow_terminal_gets_a_block_for_each_variable(verify, monkeypatch):
    files = {"main.py": PLAIN, "new.py": OTHER_NAME.partition("train")[0]}
    monkeypatch.setenv("COLUMNS", "80")
    assert "w         net/w  30x2" in verify(files, other="new.py")[1]
    monkeypatch.setenv("COLUMNS", "40")
    assert "w\n  after: net/w\n  shape: 30x2\n  dtype: float32\n" in verify(files, other="new.py")[1]


def test_a_program_that_fails_as_it_is(verify):
    code, out, _ = verify({"main.py": PLAIN + "1 / 0\n"})
    assert code == 5
    assert "ZeroDivisionError before the migration" in out
    assert "main.py:3 in <module>" in out


@pytest.mark.parametrize(
    ("start", "word"),
    [
        ("import sys\nsys.exit()\n", "Neither program built a variable before it ended, so nothing is proved."),
        ("import os\nos._exit(0)\n", "Neither program built a variable"),
        ("import sys\nsys.exit(3)\n", "SystemExit before the migration: 3"),
        ("import os\nos._exit(4)\n", "os._exit before the migration: 4"),
        ("import argparse\np = argparse.ArgumentParser()\np.add_argument('DATA')\np.parse_args()\n", "required: DATA"),
    ],
)
def test_a_program_that_ends_before_it_builds_proves_nothing(verify, start, word):
    code, out, _ = verify({"main.py": start + PLAIN})
    assert code == 5
    assert word in out


def test_a_program_that_fails_as_it_is_runs_once(verify):
    code, out, _ = verify({"main.py": PLAIN + "print('\\033[2Jlast words')\n1 / 0\n"}, output_format="json")
    runs = json.loads(out)["runs"]
    assert (code, runs["before"]["end"], runs["after"]["end"]) == (5, "raised", "skipped")
    code, out, _ = verify({})
    assert "The program fails as it is, so nothing can be proved." in out
    assert "\\x1b[2Jlast words" in out


def test_a_method_to_run_to_and_one_that_is_never_called(verify):
    text = PLAIN + "class Net:\n    def train(self):\n        1 / 0\n\nclass Sub(Net):\n    pass\n\nSub().train()\n"
    assert verify({"main.py": text}, until="Net.train")[0] == 0
    assert verify({"main.py": text}, until="Other.train")[0] == 5
    code, out, _ = verify({"main.py": PLAIN}, until="train")
    assert code == 0
    assert "train was never called: the program ran to its end." in out


def test_a_function_builds_the_graph(verify):
    files = {
        "net/__init__.py": "",
        "net/model.py": (
            "import tensorflow as tf\ndef build(size='2'):\n    tf.Variable(tf.zeros([int(size)]), name='v')\n"
        ),
    }
    code, out, _ = verify(files, "net.model:build", arguments=("7",))
    assert code == 0
    assert "v         same   7" in out


def test_arguments_and_directory_reach_the_program(verify):
    text = "import sys\nassert sys.argv[1:] == ['--n', '3'], sys.argv\nassert open('data.txt').read() == 'x'\n" + PLAIN
    code, _, _ = verify({"sub/main.py": text, "data.txt": "x"}, "sub/main.py", arguments=("--n", "3"))
    assert code == 0


def test_modules_of_the_tree_come_from_the_copy(verify, project, monkeypatch):
    monkeypatch.syspath_prepend(str(project))
    text = "import helper, os\nassert os.path.dirname(helper.__file__) == os.getcwd()\n" + PLAIN
    assert verify({"main.py": text, "helper.py": ""})[0] == 0


def test_it_runs_until_a_function(verify):
    text = PLAIN + "def train():\n    raise RuntimeError\n\nb = tf.Variable(0, name='b')\ntrain()\n"
    assert verify({"main.py": text})[0] == 5
    code, out, _ = verify({"main.py": text}, until="train")
    assert code == 0
    assert "(2 same)" in out


def test_the_configuration_says_how_it_runs(verify):
    text = PLAIN + "import nowhere\ndef train():\n    raise RuntimeError\n\ntrain()\n"
    assert verify({"main.py": text})[0] == 5
    configured = {"main.py": text, "pyproject.toml": "[tool.migrate]\nstub-missing = true\nuntil = 'train'\n"}
    assert verify(configured)[0] == 0
    code, out, _ = verify(configured, until="exit")
    assert code == 5
    assert "RuntimeError" in out


def test_stand_ins_for_data_and_modules(verify):
    text = (
        "import gym, nowhere.data as data\nfrom tensorflow.examples.tutorials.mnist import input_data\n"
        "mnist = input_data.read_data_sets('MNIST', one_hot=True)\n"
        "x, y = mnist.train.next_batch(100)\nenv = gym.make('CartPole')\n"
        "class Loader(data.Loader):\n    pass\n"
        "@data.register\ndef f():\n    return 3\n"
        "size = int(env.observation_space.shape[0])\n" + PLAIN + "b = tf.Variable(tf.zeros([size, f()]), name='b')\n"
    )
    code, out, _ = verify({"main.py": text})
    assert code == 5
    assert "ModuleNotFoundError" in out
    # TensorFlow 1 has this module, and it would download
    data = ("tensorflow.examples.tutorials.mnist",)
    code, out, _ = verify({"main.py": text}, stub_missing=True, stub=data)
    assert code == 0, out
    assert "Stand-ins were used for gym, nowhere, nowhere.data" in out
    code, out, _ = verify({"main.py": "import json\njson.nope()\n" + PLAIN}, stub=("json",))
    assert code == 0, out


SHAPED = {
    "in a shape": ("tf.Variable(tf.zeros([gym.n, 3]))", "1x3"),
    "in a random shape": ("tf.Variable(tf.random_normal([3, gym.n]))", "3x1"),
    "in what is fed": ("tf.Variable(tf.zeros([tf.placeholder(tf.float32, [None, gym.n]).shape[1], 4]))", "1x4"),
    "counted with": ("tf.Variable(tf.zeros([(gym.n * 2 + 1) // 2, gym.n % 3]))", "1x1"),
    "unpacked": ("(a, b), (c, d) = gym.load(); tf.Variable(tf.zeros([a.shape[1], len(b), 2]))", "1x1x2"),
    "as data": ("tf.Variable((np.asarray(gym.images) / 255.0).astype('float32'))", "scalar"),
    "for NumPy": ("tf.Variable(np.zeros((gym.n, gym.n, 2), 'float32'))", "1x1x2"),
    "printed": ("print('%d {:.2f}'.format(gym.a) % gym.b); tf.Variable(tf.zeros([7]))", "7"),
    "gone through": ("[0 for k, v in gym.items() if k > 3]; tf.Variable(tf.zeros([len(gym.d[:9].T), 2]))", "1x2"),
}


@pytest.mark.parametrize("name", SHAPED)
def test_a_stand_in_is_a_number_wherever_one_is_wanted(verify, name):
    line, shape = SHAPED[name]
    text = f"import gym\nimport numpy as np\nimport tensorflow as tf\n{line}\n"
    code, out, _ = verify({"main.py": text}, stub_missing=True, timeout=60.0)
    assert code == 0, out
    assert f" {shape} " in out


def test_a_tree_at_a_revision(verify, project):
    (project / "main.py").write_text(PLAIN)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *command], check=True)
    code, out, _ = verify({"main.py": EQUAL.replace('"w"', '"v"')}, against="HEAD")
    assert code == 1
    assert "v " in out
    with pytest.raises(CommandError, match="nope cannot be checked out"):
        verify({}, against="nope")


@pytest.mark.parametrize(
    ("script", "word"), [("nope.py", "no such file"), (".", "is no file"), ("nope:", "no such file")]
)
def test_what_is_not_there(verify, script, word):
    with pytest.raises(CommandError, match=word):
        verify({}, script)


SPOILT = """\
import tensorflow as tf
a = tf.Variable(tf.random_normal([30, 2], stddev=0.1), name='same1')
b = tf.Variable(tf.random_normal([30, 2], stddev=0.1), name='wide1')
c = tf.Variable(0, trainable=False, name='same2')
d = tf.Variable(0, trainable=False, name='untrained1')
e = tf.Variable(tf.random_normal([30, 2], stddev=0.1), name='same3')
f = tf.Variable(tf.random_normal([30, 2], stddev=0.1), name='same4')
"""
SPOILER = registry.of(["spoilers:SPOILER"])


@pytest.fixture
def prove(tensorflow_programs, project, capsys):
    def call(text: str, **options):
        (project / "main.py").write_text(text)
        given = settings.load(SPOILER, {"isolated": True, "executor": "serial", "verify": "main.py", **options})
        with Session(given, discover.find(["main.py"], given)) as session:
            proof = prove_report(given, session.report(), session.without, tensorflow_programs.probe)
            assert len(session.report().changed) == 1  # trying without some changes nothing for good
        return proof, capsys.readouterr().err

    return call


def test_the_guilty_are_named_and_nothing_is_to_be_written(prove):
    proof, err = prove(SPOILT)
    assert not proof.holds
    assert [line for line in err.splitlines() if line.startswith("guilty")] == [
        "guilty: SP101 at main.py:3:5: spoils wide1",
        "guilty: SP101 at main.py:5:5: spoils untrained1",
    ]
    assert "nothing is written; --drop-failing applies the rest" in err


def test_the_rest_is_applied_on_request(prove):
    proof, err = prove(SPOILT, drop_failing=True)
    assert proof.holds
    assert "2 findings are dropped" in err
    text = proof.report.changed[0].after.decode()
    assert text.count("checked") == 4
    assert [line in text for line in SPOILT.splitlines()] == [True, False, True, False, True, False, False]


def test_a_crash_is_led_back_to_its_finding(prove):
    proof, err = prove(SPOILT.replace("'same4'", "'crash1'").replace("wide1", "same5").replace("untrained1", "same6"))
    assert not proof.holds
    assert "AttributeError after the migration" in err
    assert "main.py:7 in <module>" in err
    assert "rewritten by SP101 at main.py:7:5: spoils crash1" in err


def test_of_two_rewritten_lines_only_the_one_that_crashed_is_named(prove):
    _, err = prove("import tensorflow as tf\na = tf.Variable(0, name='same1')\nb = tf.Variable(0, name='crash1')\n")
    assert "rewritten by SP101 at main.py:3:5: spoils crash1" in err
    assert "spoils same1" not in err


def test_what_the_run_did_not_reach_is_told(prove):
    text = (
        "import tensorflow as tf\na = tf.Variable(0, name='same1')\ndef other():\n"
        "    return tf.Variable(\n        0, name='same2')\n"
    )
    proof, err = prove(text)
    assert proof.holds
    told = " ".join(err.split())  # wherever a line is broken
    assert "1 rewritten calls made no variable in this run, which says nothing about them: main.py:4." in told
    assert "made no variable" not in prove(text + "other()\n")[1]


def test_what_is_right_holds(prove):
    proof, err = prove(SPOILT.replace("wide1", "same5").replace("untrained1", "same6"))
    assert proof.holds
    assert "(6 same)" in err


def test_a_program_that_differs_from_itself_says_so(prove):
    proof, err = prove("import time\n" + SPOILT.replace("0, trainable", "time.perf_counter_ns() % 10**6, trainable"))
    assert not proof.holds
    assert "the program differs from itself as it is: variable same2: initial value" in err
    assert "guilty" not in err


def test_nobody_is_blamed_for_a_program_that_fails_as_it_is(prove):
    proof, err = prove("import nowhere\n" + SPOILT)
    assert not proof.holds
    assert "guilty" not in err


TRAIN = """\
train = tf.train.MomentumOptimizer(.1, .9).minimize(tf.reduce_sum(w))
saver = tf.train.Saver()
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    import sys
    saver.save(session, sys.argv[1]) if sys.argv[1:] else saver.restore(session, "new")
"""
AS_VERSION_1 = """\
import sys
import tensorflow.compat.v1 as tf
tf.disable_v2_behavior()
sys.modules["tensorflow"] = tf
sys.argv = ["main.py", "./old"]
exec(open("main.py").read())
"""


def migrate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("migrate")), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_installed_command_from_proof_to_checkpoint(tensorflow_programs, project):
    (project / "main.py").write_text(PLAIN.replace(', name="w"', "") + TRAIN)
    python = tensorflow_programs.probe.python
    subprocess.run([python, "-c", AS_VERSION_1], check=True, capture_output=True)
    done = migrate("--verify", "main.py old", "--python", python, "--map", "map.json", "main.py", cwd=project)
    assert done.returncode == 0, done.stderr
    assert 'tf.get_variable("w", [30, 2]' in (project / "main.py").read_text()
    done = migrate("checkpoint", "--map", "map.json", "old", "new", cwd=project)
    assert (done.returncode, done.stdout) == (0, "Variable -> w\nVariable/Momentum -> w/Momentum\n")
    done = migrate("checkpoint", "--map", "map.json", "--emit-assignment-map", "old", cwd=project)
    assert json.loads(done.stdout) == {"Variable": "w", "Variable/Momentum": "w/Momentum"}
    (project / "empty.json").write_text("{}")
    done = migrate("checkpoint", "--map", "map.json", "--reverse", "new", "back", cwd=project)
    assert done.returncode == 0
    done = migrate("checkpoint", "--map", "empty.json", "--emit-assignment-map", "back", cwd=project)
    assert list(json.loads(done.stdout)) == ["Variable", "Variable/Momentum"]
    (project / "empty.json").unlink()
    done = migrate("verify", "main.py", "--until", "exit", "--python", python, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(os.listdir(project)) == sorted(
        [*(f"{name}.{end}" for name in ("old", "new", "back") for end in ("index", "data-00000-of-00001")), "old.meta"]
        + ["checkpoint", "main.py", "map.json"]
        + [name for name in os.listdir(project) if name.startswith(".migrate")]
    )


def test_two_paths_are_two_programs(tensorflow_programs, project):
    check = "import sys\nassert sys.argv[1:] == ['-n', '3']\n"
    (project / "main.py").write_text(PLAIN + check)
    (project / "new.py").write_text(EQUAL + check)
    python = tensorflow_programs.probe.python
    done = migrate("verify", "main.py", "new.py", "--python", python, "--", "-n", "3", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert "(1 same)" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["verify", "main.py", "--python", "/nowhere"], "--python"),
        (["verify", "main.py", "--layers", "3", "data"], "data is no second program; the program's own arguments"),
        (["verify", "main.py", "main.py", "data"], "arguments come after --"),
        (["verify", "main.py", "--output-format", "xml"], "must be rich or json"),
        (["--verify", "nope.py", "empty.py"], "nope.py: no such file"),
        (["checkpoint", "old", "new"], "needs --map FILE"),
        (["checkpoint", "--map", "nope.json", "old", "new"], "nope.json cannot be read"),
        (["checkpoint", "--map", "nope.json", "old"], "needs either NEW or --emit-assignment-map"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(project, arguments, word):
    (project / "main.py").write_text(PLAIN)
    (project / "empty.py").write_text("")
    done = migrate(*arguments, cwd=project)
    assert done.returncode == 2
    assert word in done.stderr
    assert len(done.stderr.splitlines()) <= 2
