"""Which files meet in a program: those that imports join with one that matters, whoever else is imported by both."""

from __future__ import annotations

import pytest

from migrate.imports.importers import Imports, Scan
from migrate.imports.partition import Joints, partition
from migrate.syntax.modules import Modules


def joints(files: dict[str, str]) -> Joints:
    paths = sorted(files)
    sources = ((path, files[path].encode()) for path in paths)
    modules = Modules(paths)
    return Joints(modules, Imports(Scan(modules, sources)))


def parts(files: dict[str, str], roots: set[str], companions: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    return [" ".join(one) for one in partition(joints(files), roots, companions)]


APPS = {
    "a/model.py": "import common.text\n",
    "a/main.py": "from a import model\n",
    "b/model.py": "import common.text\n",
    "b/main.py": "from . import model\n",
    "common/text.py": "import os\n",
    "common/__init__.py": "",
    "other.py": "import common.text\n",
}
MODELS = {"a/model.py", "b/model.py"}


def test_what_two_import_does_not_join_them() -> None:
    assert parts(APPS, MODELS) == ["a/main.py a/model.py", "b/main.py b/model.py"]


def test_who_imports_both_joins_them() -> None:
    both = {**APPS, "c.py": "import a.main, b.main\n"}
    assert parts(both, MODELS) == ["a/main.py a/model.py b/main.py b/model.py c.py"]


def test_companions_come_with_what_joins_them() -> None:
    companions = {"common/text.py", "other.py"}
    assert parts(APPS, {"a/model.py"}, companions) == ["a/main.py a/model.py common/text.py other.py"]
    assert parts(APPS, {"a/main.py"}, {"other.py"}) == ["a/main.py"]


def test_roots_that_import_each_other_are_one() -> None:
    assert parts({"a.py": "import b\n", "b.py": "import a\n", "c.py": ""}, {"a.py", "b.py", "c.py"}) == [
        "a.py b.py",
        "c.py",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'exec(open("nets/model.py").read())',
        "exec(compile(open('./nets/model.py').read(), 'x', 'exec'))",
        'importlib.import_module("nets.model")',
        '__import__("nets.model")',
        'runpy.run_path(\n    "nets/model.py")',
        "NAME = 'nets.model'\nrunpy.run_module(NAME)",
        "P = 'nets'\nimportlib.import_module(P + '.model')",
        "NAME = 'model'\nexec(open('nets/' + NAME + '.py').read())",
        "NAME = 'model'\nexec(open('nets/%s.py' % NAME).read())",
        'exec("from nets.model import *")',
        'exec("import nets.model")',
        'exec("import nets.%s" % sys.argv[1])',
        'exec("from nets import " + sys.argv[1])',
        'importlib.import_module("nets." + sys.argv[1])',
        'importlib.import_module(f"nets.{sys.argv[1]}")',
        'exec(open("nets/" + sys.argv[1] + ".py").read())',
        'exec("from nets import model")',
        'exec("import os\\nfrom nets import (data, model)")',
        'exec("""\nfrom nets import (\n    data,\n    model,\n)\n""")',
        'exec("import nets.model as m")',
        'exec("from {} import model".format("nets"))',
        'exec("from " + "nets" + " import model")',
        'exec("import nets.%(name)s" % {"name": NAME})',
        'importlib.import_module("." + NAME, "nets")',
        'importlib.import_module(".model", package="nets")',
        'importlib.import_module(".".join(["nets", NAME]))',
        'importlib.import_module("nets.mo_%s".replace("_", "") % NAME); importlib.import_module("nets.mo" + NAME)',
        "import nets as n; [importlib.import_module(m.name) for m in pkgutil.walk_packages(n.__path__, 'nets.')]",
        "import nets; [importlib.import_module('nets.' + m.name) for m in pkgutil.iter_modules(nets.__path__)]",
        'importlib.util.spec_from_file_location("x", "nets/model.py")',
        'importlib.machinery.SourceFileLoader("x", os.path.join("nets", "model.py"))',
        'imp.load_source("x", os.path.join("nets", NAME + ".py"))',
        'exec((Path("nets") / f"{NAME}.py").read_text())',
        'for path in glob.glob("nets/*.py"): exec(open(path).read())',
        'runpy.run_module("nets." + NAME)',
        '__import__("nets", fromlist=["model"])',
        'module, function = "nets.model.build".rsplit(".", 1); importlib.import_module(module)',
    ],
)
def test_what_runs_a_file_by_its_name_imports_it(line: str) -> None:
    files = {"main.py": f"import importlib, runpy\n{line}\n", "nets/model.py": ""}
    assert parts(files, {"main.py", "nets/model.py"}) == ["main.py nets/model.py"]
    assert len(parts({**files, "main.py": "x = 'nets.model'\n"}, {"main.py", "nets/model.py"})) == 2


@pytest.mark.parametrize(
    "line", ["importlib.import_module('.model', __package__)", "from importlib import import_module as im; im('model')"]
)
def test_what_runs_a_file_beside_it(line: str) -> None:
    files = {"nets/main.py": f"{line}\n", "nets/model.py": "", "other/main.py": f"{line}\n", "other/model.py": ""}
    found = parts(files, {"nets/model.py", "other/model.py"})
    assert found == ["nets/main.py nets/model.py", "other/main.py other/model.py"]


@pytest.mark.parametrize(
    "line", ["importlib.import_module('.' + NAME, __package__)", "for NAME in NAMES: exec(f'from .{NAME} import *')"]
)
def test_what_runs_any_file_beside_it(line: str) -> None:
    files = {"nets/main.py": f"{line}\n", "nets/model.py": "", "nets/deep/model.py": "", "other/model.py": ""}
    assert parts(files, {"nets/model.py", "nets/deep/model.py", "other/model.py"}) == [
        "nets/deep/model.py",
        "nets/main.py nets/model.py",
        "other/model.py",
    ]


def test_what_a_package_runs_that_is_in_it() -> None:
    line = "importlib.import_module('.' + NAME, __name__)\n"
    files = {"main.py": "", "nets/__init__.py": line, "nets/model.py": "", "model.py": ""}
    assert parts(files, {"nets/model.py", "model.py"}) == ["model.py", "nets/__init__.py nets/model.py"]


def test_only_the_front_of_a_name_is_known() -> None:
    files = {
        "main.py": "importlib.import_module('net_' + NAME)\n",
        "net_a.py": "",
        "data_a.py": "",
        "nets/net_b.py": "",
    }
    assert parts(files, {*files}) == ["data_a.py", "main.py net_a.py", "nets/net_b.py"]


@pytest.mark.parametrize(
    "line",
    [
        "MODE = 'model'\nexec(open('version.py').read())",
        "exec(code, {'__name__': 'nets.model'})",
        "MODE = 'model'\nWORDS = {'exec', 'import_modules'}\nNETS = '*.py'",
        "MODE = 'nets.model'.split('.')\nexec('x = 1')",
        "MODE = 'model'\nexec('x = 1')",
    ],
)
def test_what_runs_text_runs_no_module_that_is_called_like_a_string(line: str) -> None:
    assert (
        len(
            parts(
                {"main.py": f"{line}\n", "nets/model.py": "", "model.py": ""}, {"main.py", "nets/model.py", "model.py"}
            )
        )
        == 3
    )


def test_who_imports_a_module_of_a_package_imports_that() -> None:
    files = {"a/__init__.py": "", "a/x.py": "", "b/__init__.py": "from . import y\n", "b/y.py": "", "b/z.py": ""}
    both = {**files, "main.py": "from a.x import f\nfrom b.z import g\n"}
    assert parts(files, {"a/__init__.py", "b/y.py"}) == ["a/__init__.py", "b/__init__.py b/y.py"]
    assert parts(both, {"a/__init__.py", "b/y.py"}) == ["a/__init__.py b/__init__.py b/y.py main.py"]


def test_a_package_runs_before_its_modules() -> None:
    files = {"pkg/__init__.py": "import pkg.b\n", "pkg/a.py": "", "pkg/b.py": "", "main.py": "from pkg.a import x\n"}
    assert set(joints(files).of("main.py")) == {"pkg/a.py", "pkg/__init__.py"}
    assert joints(files).reached(["main.py"]) == {"pkg/a.py", "pkg/__init__.py", "pkg/b.py"}


def test_of_namesakes_the_nearest_counts() -> None:
    copies = {
        f"{copy}/{path}": text
        for copy in ("x", "y")
        for path, text in {"nets/model.py": "", "nets/use.py": "import nets.model\n"}.items()
    }
    found = parts(copies, {"x/nets/model.py", "y/nets/model.py"})
    assert found == ["x/nets/model.py x/nets/use.py", "y/nets/model.py y/nets/use.py"]


def test_a_stub_stands_beside_its_module_and_not_for_it() -> None:
    files = {"pkg/layers.py": "", "pkg/layers.pyi": "", "pkg/model.py": "from . import layers\n"}
    assert set(joints(files).of("pkg/model.py")) == {"pkg/layers.py", "pkg/layers.pyi"}
    assert parts(files, {"pkg/layers.py"}) == ["pkg/layers.py pkg/model.py"]
