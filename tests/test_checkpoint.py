"""Checkpoints that TensorFlow wrote, renamed without it, and read again by TensorFlow."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import pytest

from codemods.tensorflow.verify.checkpoint.crc32c import _loop, crc32c, masked
from codemods.tensorflow.verify.checkpoint.rename import CheckpointError, find, names, rename
from codemods.tensorflow.verify.dump import End
from codemods.tensorflow.verify.probe import Request

SAVE = """\
import os
import tensorflow as tf

os.mkdir("old")
big = tf.Variable(tf.random_normal([300, 400]), name="big")
with tf.device("/cpu:0"):
    a = tf.Variable([1.0, 2.0], name="a")
    b = tf.Variable([3, 4, 5], name="b")
    text = tf.Variable(["x", "yy"], name="text")
part = tf.get_variable("part", [6, 2], initializer=tf.ones_initializer(),
                       partitioner=tf.fixed_size_partitioner(3))
odd = tf.Variable(7.0, name="z_")
saver = tf.train.Saver(**OPTIONS)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    saver.save(session, "old/model", global_step=5)
"""

READ = """\
import hashlib, json
import tensorflow as tf

io = tf.raw_ops if hasattr(tf, "raw_ops") else tf.compat.v1.raw_ops
found = {}
with tf.Session() as session:
    for name, dtype in NAMES.items():
        value = session.run(io.RestoreV2(prefix=PREFIX, tensor_names=[name], shape_and_slices=[""], dtypes=[dtype]))
        found[name] = hashlib.sha256(repr(value[0].tolist()).encode()).hexdigest()
json.dump(found, open("read.json", "w"))
"""

LAYOUTS = {
    "V2": {"write_version": 2},
    "V2 sharded": {"write_version": 2, "sharded": True},
    "V1": {"write_version": 1},
    "V1 sharded": {"write_version": 1, "sharded": True},
}


def run(programs, root: Path, text: str) -> None:
    root.mkdir(exist_ok=True)
    (root / "main.py").write_text(text)
    dump = programs.probe.run(root, Request("main.py", until="exit"))
    assert dump.end is End.EXIT, dump


KINDS = {"big": "float32", "a": "float32", "b": "int32", "text": "string", "part": "float32", "z_": "float32"}


def read(programs, root: Path, prefix: Path, renames: dict[str, str] | None = None) -> dict[str, str]:
    """What TensorFlow finds in a checkpoint, by name; it raises where one is missing."""
    kinds = {(renames or {}).get(name, name): kind for name, kind in KINDS.items()}
    shards = sorted(prefix.parent.glob(prefix.name + "-00000-of-*"))
    pattern = str(prefix) + ("-?????" + shards[0].name[-9:] if shards else "")
    run(programs, root, f"PREFIX = {pattern!r}\nNAMES = {kinds!r}\n" + READ)
    return json.loads((root / "read.json").read_text())


def contents(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


@pytest.mark.tensorflow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_format_is_renamed_and_read_back(tensorflow_programs, tmp_path, layout):
    run(tensorflow_programs, tmp_path / "tree", f"OPTIONS = {LAYOUTS[layout]!r}\n" + SAVE)
    old, new = tmp_path / "tree/old/model-5", tmp_path / "new/model"
    before, kept = read(tensorflow_programs, tmp_path / "r", old), contents(old.parent)
    renames = {"a": "b", "b": "a", "big": "net/layer_1/kernel", "part": "p", "gone": "x"}
    done = rename(old, new, renames)
    assert done.absent == ("gone",)
    after = read(tensorflow_programs, tmp_path / "r", new, renames)
    assert after == {renames.get(name, name): value for name, value in before.items()}
    assert names(find(new)) == sorted(after)
    assert contents(old.parent) == kept
    back = tmp_path / "back"
    rename(new, back, {value: key for key, value in done.renames.items()})
    assert read(tensorflow_programs, tmp_path / "r", back) == before
    for path in find(back).tables + find(back).data:
        assert path.stat().st_mode == next(old.parent.glob("model-5*")).stat().st_mode


TRAIN = """\
import json, sys
import numpy as np
import tensorflow as tf

np.random.seed(1)
features = np.random.rand(40, 3).astype("float32")
targets = features.sum(1, keepdims=True) ** 2
x = tf.placeholder(tf.float32, [None, 3])
y = tf.placeholder(tf.float32, [None, 1])

def layer(inputs, size):
    w = tf.Variable(tf.truncated_normal([int(inputs.shape[1]), size], stddev=0.5))
    b = tf.Variable(tf.zeros([size]))
    return tf.matmul(inputs, w) + b

output = layer(tf.nn.relu(layer(x, 8)), 1)
step = tf.Variable(0, trainable=False, name="global_step")
loss = tf.reduce_mean(tf.square(output - y))
train = tf.train.AdamOptimizer(0.05).minimize(loss, global_step=step)
saver = tf.train.Saver()
feed = {x: features, y: targets}
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    if sys.argv[1] == "save":
        for _ in range(20):
            session.run(train, feed)
        saver.save(session, "model")
    else:
        saver.restore(session, sys.argv[2])
    seen = [session.run(output, feed).tolist()]
    session.run(train, feed)
    seen += [session.run(output, feed).tolist(), int(session.run(step))]
    json.dump(seen, open("seen.json", "w"))
"""

TRAIN_MIGRATED = (
    TRAIN.replace("def layer(inputs, size):", "def layer(inputs, size, name):")
    .replace(
        "    w = tf.Variable(tf.truncated_normal([int(inputs.shape[1]), size], stddev=0.5))\n"
        "    b = tf.Variable(tf.zeros([size]))\n"
        "    return tf.matmul(inputs, w) + b\n",
        "    with tf.variable_scope(name):\n"
        '        w = tf.get_variable("w", [int(inputs.shape[1]), size],\n'
        "                            initializer=tf.truncated_normal_initializer(stddev=0.5))\n"
        '        b = tf.get_variable("b", [size], initializer=tf.zeros_initializer())\n'
        "        return tf.matmul(inputs, w) + b\n",
    )
    .replace("layer(tf.nn.relu(layer(x, 8)), 1)", 'layer(tf.nn.relu(layer(x, 8, "hidden")), 1, "output")')
    .replace(
        'tf.Variable(0, trainable=False, name="global_step")',
        'tf.get_variable("global_step", initializer=0, trainable=False)',
    )
)


@pytest.mark.tensorflow
def test_a_trained_model_goes_on_where_it_was(tensorflow_programs, tmp_path):
    comparison = tensorflow_programs.run_pair(TRAIN, TRAIN_MIGRATED, arguments=("save",))
    assert len(comparison.renames) == 12  # four variables, two slots each
    assert comparison.renames["Variable_3/Adam_1"] == "output/b/Adam_1"
    old, new = tmp_path / "old", tmp_path / "new"
    for root, text, arguments in (
        (old, TRAIN, ("save",)),
        (new, TRAIN_MIGRATED, ("restore", str(tmp_path / "converted"))),
    ):
        if root is new:
            rename(old / "model", tmp_path / "converted", comparison.renames)
        root.mkdir()
        (root / "main.py").write_text(text)
        dump = tensorflow_programs.probe.run(root, Request("main.py", arguments, until="exit"))
        assert dump.end is End.EXIT, dump.error
    before, after = (json.loads((root / "seen.json").read_text()) for root in (old, new))
    assert after == before
    assert before[2] == 21
    assert before[0] != before[1]


def test_checksums_agree_with_the_standard():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"6789", crc32c(b"12345")) == 0xE3069283
    assert masked(b"1234", b"56789") == ((0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8) & 0xFFFFFFFF


@pytest.mark.parametrize("size", [65_536, 65_537, 200_001])
def test_lanes_agree_with_the_loop(size):
    data = random.Random(size).randbytes(size)
    assert crc32c(data, 77) == _loop(data, 77)


@pytest.fixture(scope="module")
def saved(tensorflow_programs, tmp_path_factory):
    root = tmp_path_factory.mktemp("saved")
    run(tensorflow_programs, root, "OPTIONS = {}\n" + SAVE)
    return root / "old"


@pytest.mark.tensorflow
class TestRefusals:
    def test_two_under_one_name(self, saved, tmp_path):
        with pytest.raises(CheckpointError, match="a and b would both be called b"):
            rename(saved / "model-5", tmp_path / "new", {"a": "b"})
        assert not list(tmp_path.iterdir())

    def test_a_map_of_something_else(self, saved, tmp_path):
        with pytest.raises(CheckpointError, match=r"holds none of the map's names; it holds a, b, big"):
            rename(saved / "model-5", tmp_path / "new", {"q": "r"})

    def test_the_old_itself(self, saved):
        with pytest.raises(CheckpointError, match="must not be the old one"):
            rename(saved / "model-5", saved / "model-5", {"a": "c"}, force=True)

    def test_what_exists(self, saved, tmp_path):
        rename(saved / "model-5", tmp_path / "new", {"a": "c"})
        with pytest.raises(CheckpointError, match="exists; --force replaces it"):
            rename(saved / "model-5", tmp_path / "new", {"a": "d"})
        rename(saved / "model-5", tmp_path / "new", {"a": "d"}, force=True)
        assert "d" in names(find(tmp_path / "new"))

    # a value, a key, the magic number; the bytes between hold handles and padding
    @pytest.mark.parametrize("where", [0, 20, -4])
    def test_damage(self, saved, tmp_path, where):
        shutil.copytree(saved, tmp_path / "copy")
        index = tmp_path / "copy/model-5.index"
        data = bytearray(index.read_bytes())
        data[where] ^= 0x55
        index.write_bytes(data)
        with pytest.raises(CheckpointError, match=r"model-5.index cannot be read"):
            rename(tmp_path / "copy/model-5", tmp_path / "new", {"a": "c"})
        assert sorted(os.listdir(tmp_path)) == ["copy"]

    @pytest.mark.parametrize("length", [0, 10, 60, 200])
    def test_cut_off(self, saved, tmp_path, length):
        shutil.copytree(saved, tmp_path / "copy")
        index = tmp_path / "copy/model-5.index"
        index.write_bytes(index.read_bytes()[:length])
        with pytest.raises(CheckpointError, match=r"model-5.index cannot be read"):
            rename(tmp_path / "copy/model-5", tmp_path / "new", {"a": "c"})

    def test_a_shard_that_is_missing(self, saved, tmp_path):
        shutil.copytree(saved, tmp_path / "copy")
        next((tmp_path / "copy").glob("*.data-*")).unlink()
        with pytest.raises(CheckpointError, match=r"model-5.index is not whole: 0 of its data files are there"):
            rename(tmp_path / "copy/model-5", tmp_path / "new", {"a": "c"})
        assert sorted(os.listdir(tmp_path)) == ["copy"]

    def test_what_cannot_be_written_leaves_nothing_behind(self, saved, tmp_path):
        (tmp_path / "new.index").mkdir()
        (tmp_path / "file").write_text("x")
        for new, word in (("new", "Is a directory"), ("file/new", "Not a directory|File exists")):
            with pytest.raises(CheckpointError, match=rf"new cannot be written: ({word})"):
                rename(saved / "model-5", tmp_path / new, {"a": "c"}, force=True)
        assert sorted(os.listdir(tmp_path)) == ["file", "new.index"]

    @pytest.mark.parametrize("end", [".index", ".meta", ".data-00000-of-00001"])
    def test_a_file_of_a_checkpoint_stands_for_it(self, saved, end):
        assert find(saved / f"model-5{end}") == find(saved / "model-5")

    def test_a_table_of_something_else(self, saved, tmp_path):
        """An index alone, under a name that makes it a checkpoint of the first format."""
        shutil.copy(saved / "model-5.index", tmp_path / "model")
        with pytest.raises(CheckpointError, match=r"model cannot be read: it is no checkpoint"):
            rename(tmp_path / "model", tmp_path / "new", {"a": "c"})
        assert sorted(os.listdir(tmp_path)) == ["model"]

    def test_nothing_there(self, tmp_path):
        with pytest.raises(CheckpointError, match=r"is no checkpoint: there is neither m.index nor m"):
            find(tmp_path / "m")

    def test_the_latest_of_a_directory(self, saved):
        assert find(saved).prefix == saved / "model-5"

    def test_what_a_sharded_saver_of_the_first_format_calls_it(self, tensorflow_programs, tmp_path):
        run(tensorflow_programs, tmp_path, f"OPTIONS = {LAYOUTS['V1 sharded']!r}\n" + SAVE)
        assert "?????-of-00002" in (tmp_path / "old/checkpoint").read_text()
        assert find(tmp_path / "old") == find(tmp_path / "old/model-5") == find(tmp_path / "old/model-5-?????-of-00002")
