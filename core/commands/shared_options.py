"""How the options that several commands share are typed."""

from typing import Literal, get_args

from core.options.options import Option

VideoResolution = Literal[
    "hd", "360p", "480p", "540p", "720p", "768p", "1080p", "1440p", "2k", "4k"
]

_SIDE = "(?:[1-9]|[1-5][0-9]|6[0-4])"
RATIO_PATTERN = f"{_SIDE}:{_SIDE}"
RATIO_WORDS = {
    "portrait": "9:16",
    "vertical": "9:16",
    "竖屏": "9:16",
    "landscape": "16:9",
    "horizontal": "16:9",
    "横屏": "16:9",
    "square": "1:1",
    "方形": "1:1",
}
RATIO = Option(
    flags=("--ratio", "--ar"),
    words=RATIO_WORDS,
    patterns=(f"({RATIO_PATTERN})",),
    metavar="W:H",
)
SECONDS = Option(flags=("--seconds", "--dur"), patterns=(r"(\d{1,3})(?:s|sec|秒)",), metavar="15s")
RESOLUTION = Option(
    flags=("--resolution",),
    switches={"--hd": "hd"},
    words={
        "hd": "hd",
        "高清": "hd",
        **{word: word for word in get_args(VideoResolution) if word != "hd"},
    },
)
SOUND = Option(
    flags=("--sound",),
    switches={"--silent": "false"},
    words={"有声": "true", "静音": "false"},
)
SIZE = Option(
    flags=("--size",),
    switches={"--hd": "hd"},
    words={"hd": "hd", "高清": "hd", "1k": "1k", "2k": "2k", "4k": "4k"},
)
PICTURE_KIND = Option(flags=("--image",))
VIDEO_KIND = Option(flags=("--video",))
MASK = Option(flags=("--mask",))
WATERMARK = Option(flags=("--watermark",))
OF = Option(flags=("--of",), metavar="ID")
PLACE = Option(is_place=True)
LENGTH = Option(flags=("--seconds", "--dur"), metavar="15s")
FAST = Option(flags=("--fast",), words={"fast": "true", "快速": "true"})
COUNT = Option(flags=("--count", "-n"), patterns=(r"[x×](\d+)", r"(\d+)个"), metavar="x2")
SPOILER = Option(flags=("--spoiler",), words={"spoiler": "true", "剧透": "true"})
PRIVATE = Option(flags=("--private",), words={"private": "true", "私密": "true"})
SEED = Option(flags=("--seed",), metavar="N")
MODEL = Option(flags=("--model", "-m"), metavar="NAME")
