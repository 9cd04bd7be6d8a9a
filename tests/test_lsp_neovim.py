"""The recipe for Neovim, in a real one without a screen: what it writes is what the command line writes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_lsp import LAYERS, NET, written

pytest.importorskip("pygls")

DRIVE = """\
local function ask(method, params)
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 20000) or {}) do return answer.result end
end
vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, one in ipairs(vim.diagnostic.get(0)) do print(one.lnum + 1 .. ":" .. one.col .. " " .. one.code) end
local here = { textDocument = vim.lsp.util.make_text_document_params(), position = { line = 4, character = 12 } }
print((ask("textDocument/hover", here).contents.value:gsub("\\n.*", "")))
local everything = { start = { line = 0, character = 0 }, ["end"] = { line = 99, character = 0 } }
local asked = { textDocument = here.textDocument, range = everything,
                context = { diagnostics = {}, only = { "source.migrate" } } }
for _, action in ipairs(ask("textDocument/codeAction", asked)) do
  vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
end
vim.cmd("write")
vim.cmd("qall!")
"""


def test_the_recipe(tmp_path: Path) -> None:
    neovim = shutil.which("nvim")
    if neovim is None:
        pytest.skip("there is no Neovim here")
    root = tmp_path / "project"
    root.mkdir()
    for name, text in (("net.py", NET), ("layers.py", LAYERS), ("pyproject.toml", "[tool.migrate]\n")):
        (root / name).write_text(text)
    wanted = written(root, "net.py")
    page = (Path(__file__).parent.parent / "docs" / "editors.md").read_text()
    recipe = next(code for code in re.findall(r"```lua\n(.*?)```", page, re.DOTALL) if "start_client" in code)
    migrate = Path(sys.executable).with_name("migrate")
    (tmp_path / "init.lua").write_text(recipe.replace('"migrate", "lsp"', f'"{migrate}", "lsp"'))
    (tmp_path / "drive.lua").write_text(DRIVE)
    command = [neovim, "--headless", "-u", str(tmp_path / "init.lua"), "net.py", "-c", f"luafile {tmp_path}/drive.lua"]
    ended = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=90, check=True)
    assert "5:8 GV101" in ended.stderr + ended.stdout
    assert "**GV101**" in ended.stderr + ended.stdout
    assert (root / "net.py").read_text() == wanted != NET
