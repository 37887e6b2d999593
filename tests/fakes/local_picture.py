"""Pictures on this machine, as they come along with a command."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from PIL import Image


@dataclass(frozen=True, slots=True)
class LocalPicture:
    """A picture on this machine as an attachment."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def file(self) -> AbstractAsyncContextManager[Path]:
        return nullcontext(self.path)


def picture(folder: Path, name: str, size: tuple[int, int] = (320, 320)) -> LocalPicture:
    """A picture that is transparent everywhere."""
    path = folder / name
    Image.new("RGBA", size, (20, 90, 160, 0)).save(path)
    return LocalPicture(path)
