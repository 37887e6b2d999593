"""Databases that have files in one folder, and begin at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from core.files.claims import claimed

_TOGETHER = 8
_ROUNDS = 50


def test_of_those_that_start_at_once_none_is_forgotten(tmp_path: Path) -> None:
    barrier = Barrier(_TOGETHER)

    def start(folder: Path, database: Path) -> bool:
        barrier.wait()
        is_alone = claimed(folder, str(database))
        barrier.wait()
        return is_alone()

    with ThreadPoolExecutor(_TOGETHER) as threads:
        for number in range(_ROUNDS):
            folder = tmp_path / str(number)
            folder.mkdir()
            databases = [folder / f"{name}.db" for name in range(_TOGETHER)]
            gone = folder / "gone.db"
            for each in (gone, *databases):
                each.touch()
            claimed(folder, str(gone))
            gone.unlink()

            alone = list(threads.map(start, [folder] * _TOGETHER, databases))

            assert not any(alone)
            # Each is alone with its files as soon as the others are gone, and not before.
            first, *others = databases
            for other in others:
                assert not claimed(folder, str(first))()
                other.unlink()
            assert claimed(folder, str(first))()
