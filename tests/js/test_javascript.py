"""The unit tests of static/js, run by the node that Playwright brings: one test here for each file of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import playwright
import pytest

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parent.parent / "static" / "js"
FILES = sorted(HERE.glob("*.test.js"))
NODE = Path(playwright.__file__).parent / "driver" / "node"


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run node, and return what it said."""
    return subprocess.run([str(NODE), *arguments], check=False, capture_output=True, text=True, encoding="utf-8", timeout=120)


def runs() -> bool:
    """Whether node runs here: it may lack a system library, or be made for another kind of machine."""
    try:
        return node("--version").returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not runs(), reason="NOT RUN: Playwright’s node does not start here (Debian: apt-get install libatomic1)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_scripts(path: Path) -> None:
    said = node("--test", str(path))
    assert said.returncode == 0, said.stdout + said.stderr


def test_every_script_is_run_by_a_test() -> None:
    """As the page's own script, or as a module that a script asks for."""
    texts = [path.read_text(encoding="utf-8") for path in (*FILES, *SCRIPTS.glob("*.js"))]
    for script in SCRIPTS.glob("*.js"):
        asked = (f'run("{script.name}")', f'"./{script.name}"')
        assert any(way in text for way in asked for text in texts), f"no test runs {script.name}"


def test_a_broken_script_fails_its_test(tmp_path: Path) -> None:
    (tmp_path / "broken.test.js").write_text('import { test } from "node:test";\ntest("x", () => { throw new Error("broken"); });\n')
    said = node("--test", str(tmp_path / "broken.test.js"))
    assert said.returncode != 0
    assert "broken" in said.stdout
