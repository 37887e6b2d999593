"""`make check` holds newcomers to the import rules, without a line for them in pyproject.toml."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREE = ("bots", "core", "sandbox", "storage", "tools", "pyproject.toml")
PLATFORMS = "platforms know neither each other nor the composition root nor storage and sandbox"
DIALECTS = "dialects do not know each other"
LAYERS = "inside core"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The code, without whatever else lies beside it."""
    for name in TREE:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, tmp_path)
    return tmp_path


async def lint(tree: Path) -> tuple[int, str]:
    """What import-linter says about a tree, with its lines joined again."""
    command = Path(sys.executable).with_name("lint-imports")
    process = await asyncio.create_subprocess_exec(
        command, "--no-cache", cwd=tree, stdout=PIPE, stderr=STDOUT
    )
    async with asyncio.timeout(120):
        said, _ = await process.communicate()
    return process.returncode or 0, " ".join(said.decode().split())


def add(tree: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(text)


async def test_newcomers_that_keep_to_the_rules_are_let_in(tree: Path) -> None:
    add(
        tree,
        {
            "bots/matrix/__init__.py": "",
            "bots/matrix/conversation.py": "from core.platform import View\n",
            "bots/matrix/adapter.py": (
                "from bots.answers import *\n"
                "from bots.matrix.conversation import View\n"
                "from core.commands.dispatch import *\n"
            ),
            "bots/links.py": "from core.platform import View\n",
            "core/dialects/_signing.py": "from core.dialects._http import Wire\n",
            "core/dialects/fal.py": (
                "from core.dialects._signing import Wire\n"
                "from core.dialects.endpoint import Endpoint\n"
            ),
        },
    )

    code, said = await lint(tree)

    assert code == 0, said


async def test_the_examples_keep_to_the_rules_where_newcomers_put_them(tree: Path) -> None:
    examples = ROOT / "tests" / "examples"
    files = {"bots/parlour/__init__.py": ""}
    for path in (examples / "parlour").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        files[f"bots/parlour/{path.name}"] = text.replace("tests.examples.", "bots.")
    files["core/dialects/lantern.py"] = (examples / "lantern.py").read_text(encoding="utf-8")
    add(tree, files)

    code, said = await lint(tree)

    assert code == 0, said
    assert len(files) > 4


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "broken"),
    [
        pytest.param(
            {
                "bots/matrix/__init__.py": "",
                "bots/matrix/adapter.py": "from bots.telegram.adapter import TelegramAdapter\n",
            },
            PLATFORMS,
            id="a platform that imports another",
        ),
        pytest.param(
            {"bots/matrix/__init__.py": "from bots import discord\n"},
            PLATFORMS,
            id="a platform that imports the package of another",
        ),
        pytest.param(
            {
                "bots/matrix/__init__.py": "",
                "bots/matrix/adapter.py": "",
                "bots/telegram/adapter.py": "from bots.matrix import adapter\n",
            },
            PLATFORMS,
            id="a platform that is imported by another",
        ),
        pytest.param(
            {"bots/irc.py": "from bots.console.screen import Screen\n"},
            PLATFORMS,
            id="a module beside the platforms that imports one",
        ),
        pytest.param(
            {
                "bots/matrix/__init__.py": "",
                "bots/matrix/adapter.py": "from storage.jobs import SqlJobStore\n",
            },
            PLATFORMS,
            id="a platform that imports the storage",
        ),
        pytest.param(
            {"bots/matrix/__init__.py": "", "bots/matrix/try_out.py": "import sandbox.server\n"},
            PLATFORMS,
            id="a platform that imports the sandbox",
        ),
        pytest.param(
            {"bots/matrix/__init__.py": "", "bots/matrix/service.py": "import bots.app\n"},
            PLATFORMS,
            id="a platform that imports the composition root",
        ),
        pytest.param(
            {"core/dialects/fal.py": "from core.dialects.seedance import Seedance\n"},
            DIALECTS,
            id="a dialect that imports another",
        ),
        pytest.param(
            {
                "core/dialects/fal.py": "from core.dialects._shared import Seedance\n",
                "core/dialects/_shared.py": "from core.dialects.seedance import Seedance\n",
            },
            DIALECTS,
            id="a helper of dialects that imports one",
        ),
        pytest.param(
            {"core/credits.py": ""},
            LAYERS,
            id="a part of core that stands in no layer",
        ),
    ],
)
async def test_newcomers_that_break_a_rule_are_refused(
    tree: Path, files: dict[str, str], broken: str
) -> None:
    add(tree, files)

    code, said = await lint(tree)

    assert code == 1
    assert f"{broken} BROKEN" in said
