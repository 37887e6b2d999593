"""Names with an @ in a prompt: the one rule for where they begin and where they end. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping

# One of the scripts that are written without spaces, or of the signs that belong to them: from
# 2e80 to ffdc. Said by what it is not, which `re` reads five times as fast in each pattern.
CJK = r"[^\x00-\u2e7f\uffdd-\U0010ffff]"

# What people may call a character.
ALIAS = re.compile(r"[^\W_][\w-]{0,29}")

# The @ of an address stands behind a letter or digit.
_AT = r"(?<![A-Za-z0-9._%+-])"
_CALL = re.compile(r"[@＠](?P<name>[\w-]{1,60})")
_BEGINS = re.compile(_AT)
_GOES_ON = re.compile(rf"[.-]?(?!{CJK})\w")
_CLOSED = re.compile(CJK)
# Gateways use Latin names. Possessive, or half a name would be one too; a full stop behind it ends
# the sentence.
_USERNAME = rf"{_AT}@[A-Za-z0-9_]++(?:\.[A-Za-z0-9_]++)*+"
_GLUED = re.compile(rf"(?<=\S)(?={_USERNAME})|(?P<name>{_USERNAME})(?=\S)")


def names_in(prompt: str, known: Collection[str]) -> list[str]:
    """Those of the known names (casefolded) that a prompt calls, in their order, each once."""
    return list(dict.fromkeys(name for _, _, name in _calls(prompt, known)))


def with_other_names(prompt: str, others: Mapping[str, str]) -> str:
    """The prompt where `@name` has become `@other`, for each name (casefolded) that has one."""
    pieces: list[str] = []
    end = 0
    for start, after, name in _calls(prompt, others):
        between = " " if 0 < end == start else prompt[end:start]
        pieces += (between, f"@{others[name]}")
        end = after
    return "".join((*pieces, prompt[end:]))


def separate_names(prompt: str) -> str:
    """Put a space on both sides of each `@username`, or the gateway does not see it."""
    return _GLUED.sub(lambda found: f"{found['name'] or ''} ", prompt)


def _calls(prompt: str, known: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Where known names stand: from the @ to the end of the longest that it can be."""
    last = 0
    for call in _CALL.finditer(prompt):
        begin = call.start("name")
        if call.start() != last and not _BEGINS.match(prompt, call.start()):
            continue
        for end in range(call.end(), begin, -1):
            name = prompt[begin:end].casefold()
            if name in known and _ends_at(prompt, end):
                last = end
                yield call.start(), end, name
                break


def _ends_at(prompt: str, end: int) -> bool:
    """Whether a name can end there: `@tom在` is tom, `@tommy` and `@tom.b` are somebody else."""
    return bool(_CLOSED.match(prompt, end - 1)) or not _GOES_ON.match(prompt, end)
