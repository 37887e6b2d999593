"""The #words that change a chat answer: each is a function from one script to another."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from sandbox.orders.models import OFFERS
from sandbox.protocols.chat.script import After, Beat, Part, Script, Story, percents, spread
from sandbox.protocols.chat.styles import (
    DIALECTS,
    DONE,
    NINE_STEPS,
    ROLE,
    STOP,
    Dialect,
    preview_lines,
    resume_lines,
    video_tag,
)

Edit = Callable[[Script, Story], Script]

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


def dialect_of(story: Story) -> Dialect:
    """How this order is told: as a word of the prompt says, else as its model does."""
    told = next((word for word in DIALECTS if word in story.order.words), None)
    return DIALECTS[told or OFFERS[story.order.model].dialect]


def write_script(story: Story) -> Script:
    """The whole answer to an order, with the ending that its prompt asks for."""
    script = Script(beats=tuple(dialect_of(story).tell(story)))
    for word, edit in EDITS.items():
        if word in story.order.words:
            script = edit(script, story)
    return script


def _with_link(script: Script, *beats: Beat) -> Script:
    """Another way to give the link; what closes the answer stays."""
    closing = script.behind(Part.LINK)
    if not any(beat.part is Part.CLOSING for beat in closing):
        closing = (STOP, *closing)
    return replace(script, beats=(*script.before(Part.LINK), *beats, *closing))


def thumb(script: Script, story: Story) -> Script:
    still = story.links.thumbnail()
    text = f"![{still}]({still})\n[在线播放▶️]({story.links.watch()})"
    return _with_link(script, Beat(at=1.0, part=Part.LINK, content=text))


def tag(script: Script, story: Story) -> Script:
    return _with_link(script, Beat(at=1.0, part=Part.LINK, content=video_tag(story)))


def preview(script: Script, story: Story) -> Script:
    beat = Beat(at=0.85, part=Part.PROGRESS, content=preview_lines(story))
    return _insert(script, beat)


def _insert(script: Script, *beats: Beat) -> Script:
    """Put beats of progress where they belong in time."""
    progress = sorted((*script.only(Part.PROGRESS), *beats), key=lambda beat: beat.at)
    return _with_progress(script, *progress)


def _with_progress(script: Script, *beats: Beat) -> Script:
    opening, end = script.before(Part.PROGRESS), script.behind(Part.PROGRESS)
    return replace(script, beats=(*opening, *beats, *end))


def partial(script: Script, _: Story) -> Script:
    found = script.only(Part.LINK)
    kept = tuple(beat for index, beat in enumerate(found) if index != len(found) // 2)
    before, behind = script.before(Part.LINK), script.behind(Part.LINK)
    return replace(script, beats=(*before, *kept, *behind))


def retry_words(script: Script, _: Story) -> Script:
    return _insert(script, Beat(at=0.5, part=Part.PROGRESS, reasoning=RETRYING))


def backwards(script: Script, _: Story) -> Script:
    fallen = ("> 🎬 开始生成视频\n\n", "> 🏃 进度：9.0%\n\n")
    moments = spread(len(fallen), LEAP_AT, FELL_AT)
    beats = (
        Beat(at=at, part=Part.PROGRESS, content=text)
        for at, text in zip(moments, fallen, strict=True)
    )
    return _insert(script, *beats)


def dots_progress(script: Script, _: Story) -> Script:
    beats = [Beat(at=0.04, part=Part.PROGRESS, content=">🏃 进度 ")]
    for at, percent in percents(NINE_STEPS):
        beats.append(Beat(at=at, part=Part.PROGRESS, content=f"{percent:.0f}"))
        beats.append(Beat(at=at, part=Part.PROGRESS, content=".."))
    beats.append(Beat(at=0.95, part=Part.PROGRESS, content="\n\n"))
    return _with_progress(script, *beats)


def ping(script: Script, _: Story) -> Script:
    comments = (Beat(at=at, part=Part.PROGRESS, raw=PING) for at in spread(12, 0.0, 1.0))
    return replace(script, beats=(*comments, *script.behind(Part.PROGRESS)))


def split(script: Script, _: Story) -> Script:
    beats: list[Beat] = []
    for beat in script.beats:
        *first, last = _pieces(beat.content)
        beats += [replace(beat, content=piece, finish=None) for piece in first]
        beats.append(replace(beat, content=last))
    return replace(script, beats=tuple(beats))


def _pieces(text: str) -> list[str]:
    """Cut inside a label and inside an address; a text without one stays whole."""
    start = text.find("http")
    if start < 0:
        return [text]
    cuts = (0, max(start - 3, 0), start + 12, len(text) - 4, len(text))
    return [text[left:right] for left, right in pairwise(cuts) if left < right]


def garbage(script: Script, _: Story) -> Script:
    return _insert(script, Beat(at=0.5, part=Part.PROGRESS, raw=GARBAGE))


def fail_moderation(script: Script, story: Story) -> Script:
    return replace(script, beats=(*script.before(Part.LINK), *dialect_of(story).moderated))


def error_chunk(script: Script, _: Story) -> Script:
    error = Beat(at=0.95, part=Part.LINK, error=SENTINEL)
    return replace(script, beats=(*script.before(Part.LINK), error, DONE))


def no_link(script: Script, _: Story) -> Script:
    return _with_link(script)


def after_done(script: Script, _: Story) -> Script:
    late = script.only(Part.LINK)
    beats = tuple(beat for beat in script.beats if beat.part is not Part.LINK)
    return replace(script, beats=(*beats, *late))


def in_single_bytes(script: Script, _: Story) -> Script:
    return replace(script, write_bytes=1)


def bare(script: Script, _: Story) -> Script:
    return replace(script, bare=True)


def one_body(script: Script, _: Story) -> Script:
    return replace(script, whole=True)


def cut(script: Script, story: Story) -> Script:
    beats = script.before(Part.LINK)
    if not script.only(Part.TASK):
        task = Beat(at=0.0, part=Part.TASK, content=resume_lines(story))
        opening, rest = script.before(Part.TASK), beats[len(script.before(Part.TASK)) :]
        beats = (*opening, task, *rest)
    return replace(script, beats=beats, after=After.CUT)


def cut_lost(script: Script, _: Story) -> Script:
    beats = tuple(beat for beat in script.before(Part.LINK) if beat.part is not Part.TASK)
    return replace(script, beats=beats, after=After.CUT)


def cut_late(script: Script, _: Story) -> Script:
    return replace(script, beats=script.before(Part.CLOSING), after=After.CUT)


def hang(script: Script, _: Story) -> Script:
    beats = script.before(Part.PROGRESS) or (ROLE,)
    return replace(script, beats=beats, after=After.HANG)


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
