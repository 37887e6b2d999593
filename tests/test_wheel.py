"""The program as `pipx install .` and `uv tool install .` have it: a wheel in a place of its own.

All that it depends on is installed as well: what only the tests have here would be missed there.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.fakes.cli import ROOT

pytestmark = pytest.mark.slow

# Data that the program reads, and what an operator is owed.
_INSIDE = ("*.toml", "*.ftl", "*.py", "*.mako")
_ROOMS = ("bots", "core", "sandbox", "storage")
_TIMEOUT_SECONDS = 300
_CLEAN = {"PATH": os.defpath, "LANG": "C.UTF-8", "HTTP_PORT": "0"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir")
    said(folder, *pip, folder, ROOT, given=os.environ)  # noqa: TID251 - where packages come from
    (built,) = folder.glob("cliprelay-*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command."""
    place = tmp_path_factory.mktemp("place")
    said(place, sys.executable, "-m", "venv", place)
    pip = (place / "bin" / "python", "-m", "pip", "install", "--quiet", "-c")
    said(place, *pip, ROOT / "constraints.txt", wheel, given=os.environ)  # noqa: TID251 - idem
    return place / "bin" / "cliprelay"


def said(folder: Path, *command: str | Path, given: Mapping[str, str] = _CLEAN) -> str:
    """What a command says in a folder that is not the source tree's."""
    done = subprocess.run(  # noqa: S603 - the commands of this file
        command,
        cwd=folder,
        env=given,
        check=False,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_that_the_program_reads_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        licences = [archive.read(name) for name in inside if name.endswith("/LICENSE")]
    here = {
        str(path.relative_to(ROOT))
        for room in _ROOMS
        for kind in _INSIDE
        for path in (ROOT / room).rglob(kind)
    }

    assert len(here) > 300
    assert here - inside == set()
    assert licences == [(ROOT / "LICENSE").read_bytes()]
    rooms = {name.partition("/")[0] for name in inside}
    assert rooms == {*_ROOMS, "cliprelay-0.1.0.dist-info"}


def test_the_installed_program_makes_a_video_in_another_folder(
    program: Path, tmp_path: Path
) -> None:
    python = program.with_name("python")
    place = said(tmp_path, python, "-c", "import core; print(core.__file__)")

    assert place.startswith(str(program.parents[1]))
    assert said(tmp_path, program, "--version") == "0.1.0\n"
    assert "configuration: read" in said(tmp_path, program, "doctor")
    said(tmp_path, program, "generate", "--sandbox", "1s a cat", "-o", "cat.mp4")
    assert (tmp_path / "cat.mp4").read_bytes()[4:8] == b"ftyp"
    assert "intact" in said(tmp_path, program, "backup", "copy.db")
