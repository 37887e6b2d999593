"""The text that a chat-format video stream tells: its echo, its progress, its links. All pure.

Source: docs/gateways.md, "Families of stories", "Progress in words", "Shapes of links",
"Choosing the link". Failure and success words are hints and never verdicts: only a usable link is
success.
"""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from core.dialects._chat_addresses import TRAILING, addresses, is_cut_off
from core.dialects._echo import without
from core.media import MediaKind, RemoteAsset

_FENCE = "```json"
_BROKEN_ECHO = re.compile(r"\s*```json\b.*?\n```(?=\s|\Z)", re.DOTALL)
_CLOSING = re.compile(r"\s*```")
_ECHO = json.JSONDecoder(strict=False)  # some relays copy the prompt's line breaks as they are
_SPACE = re.compile(r"\s*")
# What may stand between has a limit: two stretches of blanks can be shared out in many ways.
_PROGRESS = (
    re.compile(r"进度[\s：:*]{0,12}(\d{1,3}(?:\.\d+)?)\s{0,4}%"),
    re.compile(r"进度[\s：:]{0,12}((?:\d{1,3}\s{0,4}\.{2,}\s{0,4})+)"),
    re.compile(r"progress[\s：:*]{0,12}(\d{1,3}(?:\.\d+)?)\s{0,4}%", re.IGNORECASE),
    re.compile(r"in progress[.\s:]{0,12}(\d{1,3}(?:\.\d+)?)\s{0,4}%", re.IGNORECASE),
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ASYNCDATA = r"https?://(?:[\w-]+\.)*asyncdata\.net"
_STATUS_PATH = r"/(?:web|source|api/share|share)/[^\s<>\"'`\[\]()（）【】《》，。；、！|]+"
_ORDINAL = re.compile(r"第\s*(\d+)\s*个视频\s*(?:生成)?\s*成功")
_FAILURE = re.compile(
    r"❌|生成失败|任务失败|视频生成超时|错误[:：]|违反|违规|审核(?:未通过|不通过)"
    r"|generation failed|violat|guardrail|PUBLIC_ERROR_[A-Z_]+|sentinel_block|content_policy",
    re.IGNORECASE,
)
_RETRYING = re.compile(r"正在重试|第\s*\d+\s*次重试|retrying", re.IGNORECASE)
_QUEUED = re.compile(r"排队中|等待处理中|任务正在队列中|Waiting for processing", re.IGNORECASE)
# An address, of which its label stays; and a task's own name.
_ADDRESS = re.compile(r"!?\[([^\[\]]{0,200})\]\(\s*<?https?://[^\s()]+\)?|https?://\S+")
_NAMED_TASK = re.compile(r"(?:任务\s?|Task\s?|\b)ID\s?[：:].*", re.IGNORECASE)
# What is left where a pool fills in a reason that it does not have.
_NOTHING_SAID = re.compile(
    r"^[\s>*❌]*(?:(?:生成失败|错误|generation failed)\s?[：:]\s?)?(?:None|null)[\s*]*$",
    re.IGNORECASE,
)
_PREVIEW = re.compile(r"online preview|在线预览|📺", re.IGNORECASE)
_WATCH = re.compile(
    r"点击这里|在线观看|在线播放|观看|下载视频|Watch|Download Video|Preview", re.IGNORECASE
)
_VIDEO_EXT = re.compile(r"\.(?:mp4|mov|webm|m4v)(?:$|[?#])", re.IGNORECASE)
_IMAGE_EXT = re.compile(r"\.(?:webp|png|jpe?g|gif|avif)(?:$|[?#])", re.IGNORECASE)
_DRIVE_PAGE = re.compile(r"https://drive\.google\.com/file/d/([\w-]+)")
_TWIN = "/cdn/download/"
# Whoever tells more than that in one line, or at the end of a story, does not say why.
_LINE_CHARS = 400
_READ_CHARS = 20_000
_REASON_CHARS = 300
# The result stands at the end of a story, and no story is half as long.
_STORY_CHARS = 50_000

Sort = Literal["video", "image", "status", "page", "other"]


def echo_end(text: str, *, ended: bool) -> int | None:
    """Where the echo of the prompt that leads some streams ends; 0 when there is none.

    It may hold links, percentages and failure words of the user's own. None while that cannot be
    told yet: until `ended`, nothing of such a text may be trusted.
    """
    start = len(text) - len(text.lstrip())
    if not text.startswith(_FENCE, start):
        unclear = not ended and _FENCE.startswith(text[start:])
        return None if unclear else 0
    inner = _SPACE.match(text, start + len(_FENCE))
    try:
        _, end = _ECHO.raw_decode(text, inner.end() if inner else start)
    except (ValueError, RecursionError):
        closed = _BROKEN_ECHO.match(text)
        return closed.end() if closed else len(text) if ended else None
    closing = text[end:].lstrip()
    if not ended and "```".startswith(closing):
        return None
    found = _CLOSING.match(text, end)
    return found.end() if found else end


def fraction_of(text: str) -> float | None:
    """The last progress that a piece of text tells, in 0..1."""
    found = [match for pattern in _PROGRESS for match in pattern.finditer(text)]
    if not found:
        return None
    last = max(found, key=lambda match: match.end())
    return min(float(_NUMBER.findall(last[1])[-1]), 100.0) / 100


def is_queued(text: str) -> bool:
    return bool(_QUEUED.search(text))


def is_retrying(text: str) -> bool:
    return bool(_RETRYING.search(text))


def reason_of(content: str, reasoning: str, *, prompt: str = "") -> str:
    """The sentence that most likely says why there is no video.

    It names no address: who has the one of a task sees the video.
    """
    stories = [_sentences(story[-_READ_CHARS:]) for story in (content, reasoning)]
    for lines in stories:
        telling = [line for line in lines if _FAILURE.search(without(line, prompt))]
        if telling:
            return telling[-1].strip(" >*")[:_REASON_CHARS]
    return next(("\n".join(lines)[-_REASON_CHARS:] for lines in stories if lines), "")


def _sentences(story: str) -> list[str]:
    lines = (_NAMED_TASK.sub("", _ADDRESS.sub(r"\1", line)) for line in story.splitlines())
    said = (_NOTHING_SAID.sub("", line).strip() for line in lines)
    return [line for line in said if line.strip(" >*|")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address in the text. `start` is where, `label` what it was called."""

    url: str
    sort: Sort
    label: str = ""
    start: int = 0
    ordinal: int | None = None

    @property
    def file(self) -> str:
        """What two addresses of the same bytes have in common."""
        return self.url.replace(_TWIN, "/cdn/")


def status_url(text: str, origin: str, *, prompt: str = "", ended: bool = True) -> str:
    """The address under which a broken stream's task can be polled; "" when the text names none.

    An address on the gateway's own origin is given without it and so survives a moved gateway.
    Until the text has `ended`, an address at its very end may still grow and is not believed.
    """
    for match in _status_pattern(origin).finditer(text):
        if not is_cut_off(text, match, ended=ended) and match[0] not in prompt:
            host = "" if match["own"] else match["host"]
            return host + match["path"].rstrip(TRAILING).replace("/web/", "/source/", 1)
    return ""


@cache
def _status_pattern(origin: str) -> re.Pattern[str]:
    default_port = ":443" if origin.startswith("https:") else ":80"
    host = re.escape(origin.removesuffix(default_port))
    own = rf"{host}(?:{default_port})?" if origin else r"(?!)"
    return re.compile(rf"(?:(?P<own>{own})|(?P<host>{_ASYNCDATA}))(?P<path>{_STATUS_PATH})")


def links_in(text: str, *, origin: str = "", prompt: str = "", ended: bool = True) -> list[Link]:
    """All links in text order, without those of the prompt.

    An address that the end of the text has cut off is none, nor, unless the text has `ended` as
    it should, is one that reaches to its end.
    """
    links: list[Link] = []
    text = text[-_STORY_CHARS:]
    plain = html.unescape(prompt)
    for found in addresses(text, ended=ended):
        url = html.unescape(found.url)
        if url in prompt or url in plain:
            continue
        sort = _sort(url, found.label, found.tag, origin)
        line = _line_before(text, found.start)
        if sort != "other" or not (found.tag or found.label or _FAILURE.search(line)):
            ordinal = _ordinal(line)
            links.append(
                Link(url=url, sort=sort, label=found.label, start=found.start, ordinal=ordinal)
            )
    return sorted(links, key=lambda link: link.start)


def _line_before(text: str, end: int) -> str:
    start = max(end - _LINE_CHARS, 0)
    return text[max(text.rfind("\n", start, end) + 1, start) : end]


def _sort(url: str, label: str, tag: str, origin: str) -> Sort:
    if _status_pattern(origin).match(url):
        return "status"
    if _VIDEO_EXT.search(url):
        return "video"
    if tag == "!" or _IMAGE_EXT.search(url):
        return "image"
    if _DRIVE_PAGE.match(url):
        return "page"
    if tag in ("video", "source") or _WATCH.search(label):
        return "video"
    return "other"


def _ordinal(line: str) -> int | None:
    found = _ORDINAL.findall(line)
    return int(found[-1]) if found else None


def choose_assets(
    links: Sequence[Link], count: int = 1, kind: MediaKind = MediaKind.VIDEO
) -> tuple[RemoteAsset, ...]:
    """Pick the videos, or the pictures, that were asked for among all links."""
    fitting = [link for link in links if link.sort == kind]
    previews = {link.file for link in fitting if _PREVIEW.search(link.label)}
    final = [link for link in fitting if link.file not in previews]
    if not fitting:
        return _last_resort(links, kind)
    chosen = final or fitting
    numbered = {link.ordinal: link.file for link in chosen if link.ordinal is not None}
    if numbered:
        files = [file for _, file in sorted(numbered.items())]
    else:
        files = list(dict.fromkeys(link.file for link in chosen))
    return tuple(
        RemoteAsset(
            urls=tuple(dict.fromkeys(link.url for link in chosen if link.file == file)),
            kind=kind,
            preview=not final,
        )
        for file in files[-count:]
    )


def _last_resort(links: Sequence[Link], kind: MediaKind) -> tuple[RemoteAsset, ...]:
    """A viewer page, or an address of unknown kind: the bytes will tell whether it is one."""
    for link in reversed(links):
        if page := _DRIVE_PAGE.match(link.url):
            direct = f"https://drive.google.com/uc?export=download&id={page[1]}"
            return (RemoteAsset(urls=(direct,), kind=kind, page=link.url),)
    others = [
        link for link in links if link.sort == "other" and urlsplit(link.url).path.strip("/")
    ]
    return (RemoteAsset(urls=(others[-1].url,), kind=kind),) if others else ()
