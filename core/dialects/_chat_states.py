"""How far a pool behind a chat stream had come when it refused. All pure.

Source: docs/gateways.md, "Pools behind resellers", "What is billed when".
"""

import re

# What pools tell while they look for an account to hand the request to.
_OUTSIDE = re.compile(
    r"[✨\s]*(?:视频|图片)生成任务已启动|生成失败，正在重试|第\s*\d+\s*次重试", re.IGNORECASE
)
# What they tell from then on, until somebody has taken it: whether that has worked, a code says.
_HANDING_ON = re.compile(
    r"初始化生成环境|上传(?:首帧|首帧和尾帧|\s*\d+\s*张参考)"
    r"|参考图片上传完成|首尾帧模型需要|提交(?:视频|图片)生成任务|⚠️?\s*文生视频模型不支持上传图片"
    r"|TIER_\w+ 账号自动切换|(?:remix )?generation process begins|image upload begins"
    r"|initializing (?:generation|remix) request|uploading image|image uploaded"
    r"|sending remix request|detected storyboard",
    re.IGNORECASE,
)
_TOLD_WHY = re.compile(r"(?:错误|失败原因|❌\s*生成失败)\s*[:：]\s*(.*)")


def has_begun(story: str, refusal: str) -> bool:
    """Whether what a stream has told shows that the work had begun before it was refused."""
    return any(_shows_work(line, refusal) for line in _lines(story))


def stayed_outside(story: str) -> bool:
    """Whether a stream has told what it did, and handing the request on was no part of that."""
    lines = [line for line in _lines(story) if not _TOLD_WHY.match(line)]
    return bool(lines) and all(map(_OUTSIDE.match, lines))


def _lines(story: str) -> list[str]:
    lines = (line.strip(" >*\t\r") for line in story.splitlines())
    return [line for line in lines if line]


def _shows_work(line: str, refusal: str) -> bool:
    if _OUTSIDE.match(line) or _HANDING_ON.match(line):
        return False
    why = _TOLD_WHY.match(line)
    # The reason of the end is judged with the end; an earlier one is of an attempt before it.
    return (why[1].strip() if why else line) not in refusal
