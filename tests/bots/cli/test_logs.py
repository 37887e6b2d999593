"""The log has what happened and no secret."""

import logging
from pathlib import Path

from bots.cli.logs import configure_logs

KEY = "sk-abcdefghijklmnop"


def test_keys_and_signatures_never_reach_the_log(tmp_path: Path) -> None:
    file = tmp_path / "new" / "bot.log"
    configure_logs("INFO", file)
    log = logging.getLogger("test")

    error = RuntimeError(f"refused {KEY} at https://cdn.example/a.mp4?X-Tos-Signature=abc123")
    log.error("job %s: Bearer %s", "4711", KEY, exc_info=error)
    logging.getLogger("httpx").info("GET https://cdn.example/a.mp4?sig=abc123")
    logging.shutdown()
    logging.basicConfig(handlers=[], force=True)

    written = file.read_text(encoding="utf-8")
    assert "job 4711" in written
    assert "RuntimeError" in written
    assert KEY not in written
    assert "abc123" not in written
