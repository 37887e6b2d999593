"""How far a pool behind a chat stream had come when it refused. All pure.

Source: docs/gateways.md, "Pools behind resellers", "What is billed when".
"""

import re

from core.dialects._vocabulary import classify
from core.errors import FaultKind

# What pools tell before they have handed the request on: nothing costs anything yet.
_BEFORE = re.compile(
    r"[✨\s]*(?:视频|图片)生成任务已启动|初始化生成环境|上传(?:首帧|首帧和尾帧|\s*\d+\s*张参考)"
    r"|参考图片上传完成|首尾帧模型需要|提交(?:视频|图片)生成任务|⚠️?\s*文生视频模型不支持上传图片"
    r"|TIER_\w+ 账号自动切换|(?:remix )?generation process begins|image upload begins"
    r"|initializing (?:generation|remix) request|uploading image|image uploaded"
    r"|sending remix request|detected storyboard|生成失败，正在重试|第\s*\d+\s*次重试",
    re.IGNORECASE,
)
_TOLD_WHY = re.compile(r"(?:错误|失败原因|❌\s*生成失败)\s*[:：]\s*(.*)")
# Of these the pool itself knows that nobody was asked, or that nobody has taken it.
_UNTAKEN = frozenset(
    {
        FaultKind.AUTH,
        FaultKind.MODEL_GONE,
        FaultKind.OVERLOADED,
        FaultKind.PERMISSION,
        FaultKind.QUOTA,
        FaultKind.RATE_LIMITED,
    }
)


def has_begun(story: str, refusal: str) -> bool:
    """Whether what a stream has told shows that the work had begun before it was refused."""
    lines = (line.strip(" >*\t\r") for line in story.splitlines())
    return any(_shows_work(line, refusal) for line in lines if line)


def _shows_work(line: str, refusal: str) -> bool:
    if _BEFORE.match(line):
        return False
    why = _TOLD_WHY.match(line)
    told = why[1].strip() if why else line
    # The reason of the end is judged with the end; an earlier one by what it says.
    return told not in refusal and not (why and classify(told) in _UNTAKEN)
