"""Who imports a module: every spelling of an import is seen, other packages' modules of the same name are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from migrate.imports import importers
from migrate.imports.importers import Importers, Imports, Scan, outline
from migrate.syntax.modules import Modules


def imports(modules: list[str], path: str, data: bytes) -> bool:
    """Whether a source imports one of the modules, or something from it."""
    files = [path, *(f"{name.replace('.', '/')}.py" for name in modules)]
    return path in Imports(Scan(Modules(files), [(path, data)])).of(Importers(modules))


@pytest.mark.parametrize(
    "line",
    [
        "import pkg.nets.model",
        "import pkg.nets.model as m",
        "import os, pkg.nets.model as m",
        "import os, \\\n    pkg.nets.model",
        "import nets.model",
        "import model  # why",
        "    from .model import Net",
        "from . import (\n    data,  # (why)\n    model,\n)",
        "from . import data, \\\n    model",
        "from . import model\r",
        "from .. nets import model",
        "from ..nets.model import Net, other",
        "from pkg.nets.model import *",
        "from pkg.nets import data, model as m",
        "from pkg.nets.model import (Net)",
        "import pkg.nets.model; x = 1",
        "import pkg.nets.model.inner",
        '   "from pkg.nets import model\\n",',
        "\ufefffrom pkg.nets import model",
        "try:\n\timport pkg.nets.model\nexcept ImportError:\n\tpass",
        "try: import pkg.nets.model\nexcept ImportError: pass",
        "import os; import pkg.nets.model",
        "if x: y = 1; from pkg.nets import model",
        "import os\rimport pkg.nets.model\rx = 1",
        "\fimport pkg.nets.model",
        "from \\\n    pkg.nets \\\n    import model",
        "import \\\n    pkg.nets.model",
        '{"source": "import os\\nx = 1\\nimport pkg.nets.model\\nx = 2"}',
        '{"source": ["import os"]}, {"source": ["import pkg.nets.model as m\\n", "import sys"]}',
        '{"source": ["x = 1\\n", "from pkg.nets import model\\n", "import sys"]}',
    ],
)
def test_every_spelling(line: str) -> None:
    data = f"{'' if line[0] == chr(0xFEFF) else 'import os'}\n{line}\nx = 1\n".lstrip("\n").encode()
    assert imports(["pkg.nets.model"], "pkg/nets/train.py", data)
    assert imports(["model"], "pkg/nets/train.py", data)
    assert not imports(["pkg.nets.modeling"], "pkg/nets/train.py", data)
    assert not imports(["pkg.nets.odel"], "pkg/nets/train.py", data)


@pytest.mark.parametrize(
    "line",
    [
        "import other.model",
        "from other import model",
        "from . import model",
        "from .model import Net",
        "from .nets import data",
        "from ..nets.model import Net",
        "from pkg.nets import data  # model",
        "model = 1",
        "important(model)",
        "x = 'import pkg.nets.model'",
        "from x import (a, b)\nmodel = 1",
        "# import pkg.nets.model",
    ],
)
def test_what_is_none_or_another_s(line: str) -> None:
    assert not imports(["pkg.nets.model"], "pkg/train.py", f"import os\n{line}\n".encode())


def test_a_package_is_imported_with_what_is_in_it() -> None:
    assert imports(["pkg.nets"], "a.py", b"import pkg.nets.model\n")
    assert imports(["pkg.nets"], "pkg/a.py", b"from .nets import Net\n")
    assert imports(["pkg"], "pkg/a.py", b"from . import Net, pkg\n")
    assert imports(["work.pkg"], "/work/pkg/a.py", b"from . import Net  # pkg\n")


def test_the_outline_is_every_import_and_nothing_else() -> None:
    statements = (
        "\nimport a, \\\n    b\nfrom c import (\n    d,  # import\n    e,\n)\n    from . import f\nimport x; import z"
    )
    source = statements.replace("\n    from", "\nimportant = 1  # import y\n    from") + "\nnot_import = 2\n"
    assert outline(source.encode()) == statements.encode()


def test_the_outline_is_the_whole_where_a_string_may_name_a_module() -> None:
    source = b"NAME = 'model'\nrun = importlib.import_module(NAME)\n"
    assert outline(source) == source
    assert outline(b"execute('model')\n") == b""


def test_modules_have_any_letters() -> None:
    assert imports(["pkg.mod\u00e8le"], "a.py", "from pkg.mod\u00e8le import Net\n".encode())


def test_a_line_that_holds_the_word_often_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class Pattern:
        def match(self, data: bytes, at: int) -> None:
            tried.append(at)

    monkeypatch.setattr(importers, "_STATEMENT", Pattern())
    assert outline(b"x = 1 " + b"import " * 500 + b"\n\nimport a import\n") == b""
    assert tried == [0, 3508]


def test_a_name_that_is_no_utf_8_is_nobodys_import() -> None:
    path = b"nets/m\xff.py".decode("utf-8", "surrogateescape")
    assert not imports([path.removesuffix(".py").replace("/", ".")], "a.py", b"from nets import m\xff\n")


def test_a_scan_goes_on_where_it_stopped() -> None:
    """Whoever waits for others looks through some sources meanwhile, and in the end nothing is missing."""
    sources = [(f"{name}.py", b"import model\n") for name in "abcd"]
    drawn: list[str] = []
    scan = Scan(Modules(["model.py"]), _told(sources, drawn))
    scan.go_on(14)
    assert drawn == ["a.py", "b.py"]
    assert Imports(scan).of(Importers(["model"])) == {path for path, _ in sources}


def _told(sources: list[tuple[str, bytes]], drawn: list[str]) -> Iterator[tuple[str, bytes]]:
    for path, data in sources:
        drawn.append(path)
        yield path, data
