"""What an operator says about a gateway reaches the dialects that speak to it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PRINT = """
import json
from bots.setup import read_setup
whatai = read_setup().endpoints["whatai"]
print(json.dumps([whatai.root, whatai.auth, whatai.concurrency, whatai.seedance_path]))
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
    assert read(tmp_path, "") == ["https://api.whatai.cc", "bearer", 4, "/seedance/v3"]


def test_an_operators_file_has_the_last_word(tmp_path: Path) -> None:
    stanza = 'auth = "raw"\nconcurrency = 9\nseedance_path = "/api/v3"'

    assert read(tmp_path, stanza) == ["https://api.whatai.cc", "raw", 9, "/api/v3"]
