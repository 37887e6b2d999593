"""Letters for the picture: a font that has the signs, and words broken into lines."""

import re
from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WITH_CHINESE = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Medium.ttc",
    "msyh.ttc",
    "simhei.ttf",
)
LATIN = ("DejaVuSans.ttf",)
CHINESE = r"[\u3000-\u9fff\uf900-\ufaff\uff00-\uffef]"
PIECE = re.compile(rf"{CHINESE}|(?:(?!{CHINESE})\S)+|\s+")


def font_for(text: str, pixels: int) -> Font:
    """A font of this size that can write the text, as far as the system has one."""
    names = (*WITH_CHINESE, *LATIN) if re.search(CHINESE, text) else (*LATIN, *WITH_CHINESE)
    name = _installed(names)
    return ImageFont.truetype(name, pixels) if name else ImageFont.load_default(pixels)


@cache
def _installed(names: tuple[str, ...]) -> str | None:
    """Pillow looks through the font folders of the system itself; that is slow, so once."""
    for name in names:
        try:
            ImageFont.truetype(name, 10)
        except OSError:
            continue
        return name
    return None


def wrap(text: str, font: Font, width: float, most: int) -> list[str]:
    """Break a text into at most so many lines; Chinese breaks anywhere, words between them."""
    lines = [""]
    for piece in PIECE.findall(text):
        if font.getlength(lines[-1] + piece.rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] = (lines[-1] + piece).lstrip() if not lines[-1] else lines[-1] + piece
    kept = [line.strip() for line in lines[:most]]
    return [*kept[:-1], f"{kept[-1]}…"] if len(lines) > most else kept
