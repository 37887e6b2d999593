"""What Telegram takes: how much, how often and how large."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from core.limits import Limits, PhotoLimits, PreviewLimits
from core.media import Asset
from core.platform import TooLargeError

TEXT_CHARS = 4096
ALBUM = 10
_CLOUD_BYTES = 50_000_000
_LOCAL_BYTES = 2_000_000_000
# What Telegram refuses to take as a photo goes as a file.
_PHOTO = PhotoLimits(size_bytes=10_000_000, sides=10_000, ratio=20)
# The windows are a little longer than Telegram's, whose clock is not ours.
PRIVATE = Limits(
    writes=5,
    window_seconds=5.05,
    edit_seconds=1.5,
    text_chars=TEXT_CHARS,
    upload_bytes=_CLOUD_BYTES,
    platform_writes=28,
    album=ALBUM,
    in_place=1,
    album_counts=True,
    photo=_PHOTO,
    previews=PreviewLimits(edit_seconds=0.8, shown_seconds=30.0),
)
GROUP = replace(PRIVATE, writes=20, window_seconds=60.5, edit_seconds=3.0, previews=None)


@dataclass(frozen=True, slots=True)
class UploadSizes:
    """The largest file that the server takes: what it promises, and what it has refused."""

    _refused: list[int] = field(default_factory=list[int])

    def largest(self, *, local: bool) -> int:
        """Bytes; whatever stands before a server has limits of its own, and tells nobody."""
        promised = _LOCAL_BYTES if local else _CLOUD_BYTES
        learned = (_CLOUD_BYTES if b > _CLOUD_BYTES else b * 9 // 10 for b in self._refused)
        return min(promised, *learned, promised)

    @contextmanager
    def learned(self, assets: Sequence[Asset]) -> Generator[None]:
        """Remember how large the files were if they are refused as too large."""
        try:
            yield
        except TooLargeError:
            self._refused.append(max(asset.size_bytes for asset in assets))
            raise
