"""What an operator says about a gateway reaches the dialects that speak to it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.catalog import load
from core.dialects import DIALECTS
from core.errors import CatalogError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PRINT = """
import json
from bots.setup import read_setup
whatai = read_setup().endpoints["whatai"]
print(json.dumps([
    whatai.root, whatai.auth, whatai.concurrency, whatai.seedance_path,
    whatai.more_headers, dict(whatai.lists), whatai.probe_path,
]))
"""


def read(folder: Path, stanza: str) -> object:
    """What a process reads that has a key and this in its catalog file."""
    (folder / "mine.toml").write_text(f'[[gateway]]\nname = "whatai"\n{stanza}\n')
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", PRINT],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "WHATAI_API_KEY": "sk-x", "CATALOG_FILES": "mine.toml"},
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def test_a_gateway_is_spoken_to_as_its_presets_say(tmp_path: Path) -> None:
    assert read(tmp_path, "") == [
        "https://api.whatai.cc",
        "bearer",
        4,
        "/seedance/v3",
        {},
        dict.fromkeys(("video", "image", "chat", "speech"), "/v1/models"),
        "",
    ]


def test_an_operators_file_has_the_last_word(tmp_path: Path) -> None:
    stanza = """
        auth = "header:X-API-Key"
        concurrency = 9
        seedance_path = "/api/v3"
        headers = { X-Async = "1" }
        models_path = ""
        probe_path = "/api/v3/tasks?page_size=1"
    """

    assert read(tmp_path, stanza) == [
        "https://api.whatai.cc",
        "header:X-API-Key",
        9,
        "/api/v3",
        {"X-Async": "1"},
        {},
        "/api/v3/tasks?page_size=1",
    ]


def test_each_sort_of_model_may_have_a_list_of_its_own(tmp_path: Path) -> None:
    stanza = 'models_path = { video = "/v1/videos/models", chat = "/v1/models" }'

    said = read(tmp_path, stanza)

    assert isinstance(said, list)
    assert said[5] == {"video": "/v1/videos/models", "chat": "/v1/models"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('auth = "basic"', "auth"),
        ('auth = "header:"', "auth"),
        ('auth = "header:a b"', "auth"),
        ('headers = { Authorization = "x" }', "headers"),
        ('headers = { Host = "x" }', "headers"),
        ('headers = { X-A = "a\\r\\nHost: b" }', "headers"),
        ('models_path = "v1/models"', "models_path"),
        ('models_path = { films = "/v1/models" }', "models_path"),
        ('models_path = { video = "https://evil.example/" }', "models_path"),
        ('probe_path = "https://evil.example/"', "probe_path"),
    ],
)
def test_what_could_not_be_sent_is_refused(tmp_path: Path, line: str, field: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'[[gateway]]\nname = "whatai"\n{line}\n')

    with pytest.raises(CatalogError, match=f"field {field}"):
        load([file], tuple(DIALECTS))
