"""The #words that change a chat answer: each is a function from one answer to another."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from sandbox.orders.links import Links
from sandbox.protocols.chat.answer import (
    AnswerChunk,
    ChatAnswer,
    Ending,
    Section,
    percents,
    spread,
)
from sandbox.protocols.chat.styles import (
    DONE,
    NINE_STEPS,
    ROLE,
    STOP,
    STYLES,
    preview_lines,
    resume_lines,
    video_tag,
)

Edit = Callable[[ChatAnswer, Links], ChatAnswer]

PING = b": PING\n\n"
GARBAGE = (
    b'data: {"id":"foaicmpl-1","choices":[{"index":0,"delta":{"content":"x"},'
    b'"finish_reason":null}]]}\n\n'
)
SENTINEL = {
    "message": 'API request failed: 400 - {"error":{"code":"sentinel_block"}}',
    "type": "server_error",
    "param": None,
    "code": None,
}
RETRYING = "**生成失败，正在重试**\n\n第 1 次重试（共 3 次）...\n\n失败原因：timeout\n\n"
LEAP_AT, FELL_AT = 0.7, 0.72


def compose(links: Links, style: str) -> ChatAnswer:
    """The whole answer to an order: in this style, unless a word of the prompt names another."""
    named = next((word for word in STYLES if word in links.order.words), style)
    chosen = STYLES[named]
    answer = ChatAnswer(style=chosen, chunks=tuple(chosen.chunks(links)))
    for word, edit in EDITS.items():
        if word in links.order.words:
            answer = edit(answer, links)
    return answer


def _with_link(answer: ChatAnswer, *chunks: AnswerChunk) -> ChatAnswer:
    """Another way to give the link; what closes the answer stays."""
    closing = answer.behind(Section.LINK)
    if not any(chunk.section is Section.CLOSING for chunk in closing):
        closing = (STOP, *closing)
    return replace(answer, chunks=(*answer.before(Section.LINK), *chunks, *closing))


def thumb(answer: ChatAnswer, links: Links) -> ChatAnswer:
    still = links.thumbnail()
    text = f"![{still}]({still})\n[在线播放▶️]({links.watch()})"
    return _with_link(answer, AnswerChunk(at=1.0, section=Section.LINK, content=text))


def tag(answer: ChatAnswer, links: Links) -> ChatAnswer:
    return _with_link(answer, AnswerChunk(at=1.0, section=Section.LINK, content=video_tag(links)))


def preview(answer: ChatAnswer, links: Links) -> ChatAnswer:
    chunk = AnswerChunk(at=0.85, section=Section.PROGRESS, content=preview_lines(links))
    return _insert(answer, chunk)


def _insert(answer: ChatAnswer, *chunks: AnswerChunk) -> ChatAnswer:
    """Put chunks of progress where they belong in time."""
    progress = sorted((*answer.only(Section.PROGRESS), *chunks), key=lambda chunk: chunk.at)
    return _with_progress(answer, *progress)


def _with_progress(answer: ChatAnswer, *chunks: AnswerChunk) -> ChatAnswer:
    opening, end = answer.before(Section.PROGRESS), answer.behind(Section.PROGRESS)
    return replace(answer, chunks=(*opening, *chunks, *end))


def partial(answer: ChatAnswer, _: Links) -> ChatAnswer:
    found = answer.only(Section.LINK)
    kept = tuple(chunk for index, chunk in enumerate(found) if index != len(found) // 2)
    before, behind = answer.before(Section.LINK), answer.behind(Section.LINK)
    return replace(answer, chunks=(*before, *kept, *behind))


def retry_words(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return _insert(answer, AnswerChunk(at=0.5, section=Section.PROGRESS, reasoning=RETRYING))


def backwards(answer: ChatAnswer, _: Links) -> ChatAnswer:
    fallen = ("> 🎬 开始生成视频\n\n", "> 🏃 进度：9.0%\n\n")
    moments = spread(len(fallen), LEAP_AT, FELL_AT)
    chunks = (
        AnswerChunk(at=at, section=Section.PROGRESS, content=text)
        for at, text in zip(moments, fallen, strict=True)
    )
    return _insert(answer, *chunks)


def dots_progress(answer: ChatAnswer, _: Links) -> ChatAnswer:
    chunks = [AnswerChunk(at=0.04, section=Section.PROGRESS, content=">🏃 进度 ")]
    for at, percent in percents(NINE_STEPS):
        chunks.append(AnswerChunk(at=at, section=Section.PROGRESS, content=f"{percent:.0f}"))
        chunks.append(AnswerChunk(at=at, section=Section.PROGRESS, content=".."))
    chunks.append(AnswerChunk(at=0.95, section=Section.PROGRESS, content="\n\n"))
    return _with_progress(answer, *chunks)


def ping(answer: ChatAnswer, _: Links) -> ChatAnswer:
    comments = (
        AnswerChunk(at=at, section=Section.PROGRESS, raw=PING) for at in spread(12, 0.0, 1.0)
    )
    return replace(answer, chunks=(*comments, *answer.behind(Section.PROGRESS)))


def split(answer: ChatAnswer, _: Links) -> ChatAnswer:
    chunks: list[AnswerChunk] = []
    for chunk in answer.chunks:
        *first, last = _pieces(chunk.content)
        chunks += [replace(chunk, content=piece, finish=None) for piece in first]
        chunks.append(replace(chunk, content=last))
    return replace(answer, chunks=tuple(chunks))


def _pieces(text: str) -> list[str]:
    """Cut inside a label and inside an address; a text without one stays whole."""
    start = text.find("http")
    if start < 0:
        return [text]
    cuts = (0, max(start - 3, 0), start + 12, len(text) - 4, len(text))
    return [text[left:right] for left, right in pairwise(cuts) if left < right]


def garbage(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return _insert(answer, AnswerChunk(at=0.5, section=Section.PROGRESS, raw=GARBAGE))


def fail_moderation(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return replace(answer, chunks=(*answer.before(Section.LINK), *answer.style.moderated))


def error_chunk(answer: ChatAnswer, _: Links) -> ChatAnswer:
    error = AnswerChunk(at=0.95, section=Section.LINK, error=SENTINEL)
    return replace(answer, chunks=(*answer.before(Section.LINK), error, DONE))


def no_link(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return _with_link(answer)


def after_done(answer: ChatAnswer, _: Links) -> ChatAnswer:
    late = answer.only(Section.LINK)
    chunks = tuple(chunk for chunk in answer.chunks if chunk.section is not Section.LINK)
    return replace(answer, chunks=(*chunks, *late))


def in_single_bytes(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return replace(answer, write_bytes=1)


def bare(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return replace(answer, bare=True)


def one_body(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return replace(answer, whole=True)


def cut(answer: ChatAnswer, links: Links) -> ChatAnswer:
    chunks = answer.before(Section.LINK)
    if not answer.only(Section.TASK):
        task = AnswerChunk(at=0.0, section=Section.TASK, content=resume_lines(links))
        opening, rest = answer.before(Section.TASK), chunks[len(answer.before(Section.TASK)) :]
        chunks = (*opening, task, *rest)
    return replace(answer, chunks=chunks, ending=Ending.CUT)


def cut_lost(answer: ChatAnswer, _: Links) -> ChatAnswer:
    chunks = tuple(
        chunk for chunk in answer.before(Section.LINK) if chunk.section is not Section.TASK
    )
    return replace(answer, chunks=chunks, ending=Ending.CUT)


def cut_late(answer: ChatAnswer, _: Links) -> ChatAnswer:
    return replace(answer, chunks=answer.before(Section.CLOSING), ending=Ending.CUT)


def hang(answer: ChatAnswer, _: Links) -> ChatAnswer:
    chunks = answer.before(Section.PROGRESS) or (ROLE,)
    return replace(answer, chunks=chunks, ending=Ending.HANG)


# Applied in this order: first what is said, then how it is said, then how it ends.
EDITS: dict[str, Edit] = {
    "thumb": thumb,
    "video-tag": tag,
    "preview": preview,
    "partial": partial,
    "retry-words": retry_words,
    "backwards": backwards,
    "dots-progress": dots_progress,
    "ping": ping,
    "fail-moderation": fail_moderation,
    "error-chunk": error_chunk,
    "nolink": no_link,
    "no-url": no_link,
    "split": split,
    "garbage": garbage,
    "after-done": after_done,
    "bytes": in_single_bytes,
    "bare": bare,
    "json": one_body,
    "cut": cut,
    "cut-lost": cut_lost,
    "cut-late": cut_late,
    "hang": hang,
}
