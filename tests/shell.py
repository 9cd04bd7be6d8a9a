"""Runs the installed `migrate` as a shell would, with the toy codemods installed beside the real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SCRIPT = Path(sys.executable).with_name("migrate")


@dataclass(frozen=True)
class Shell:
    """A directory to work in, and a folder with the metadata of the toys' distribution."""

    cwd: Path
    site: Path

    def environment(self, **more: str) -> dict[str, str]:
        quiet = {"CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_STEP_SUMMARY", "GIT_DIR", "GIT_INDEX_FILE"}
        kept = {name: value for name, value in os.environ.items() if name not in quiet and name[:8] != "MIGRATE_"}
        return {**kept, "PYTHONPATH": f"{self.site}{os.pathsep}{HERE}", **more}

    def run(
        self, *arguments: str | Path, input: bytes | None = None, cwd: Path | None = None, **more: str
    ) -> subprocess.CompletedProcess[bytes]:
        command = [str(SCRIPT), *map(str, arguments)]
        where, environment = cwd or self.cwd, self.environment(**more)
        return subprocess.run(
            command, cwd=where, env=environment, input=input, capture_output=True, timeout=60, check=False
        )

    def write(self, **files: str | bytes) -> None:
        """Writes files, `a__b` standing for `a/b.py`."""
        for name, content in files.items():
            path = self.cwd / (name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def read(self, name: str) -> bytes:
        return (self.cwd / name).read_bytes()


def install(site: Path, **codemods: str) -> None:
    """Writes the metadata of a distribution with these codemods as entry points."""
    info = site / "toys-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 1.0\n")
    points = "\n".join(f"{name} = {value}" for name, value in codemods.items())
    (info / "entry_points.txt").write_text(f"[migrate.codemods]\n{points}\n")


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, env=environment)
