"""What a prompt needs before it goes on the wire.

Source: provider reference 3.3 (characters), 10.3.
"""

import re

# Possessive, or half a name would be one too; a full stop behind it ends the sentence.
_NAME = r"(?<![A-Za-z0-9._%+-])@[A-Za-z0-9_]++(?:\.[A-Za-z0-9_]++)*+"
_GLUED = re.compile(rf"(?<=\S)(?={_NAME})|(?P<name>{_NAME})(?=\S)")


def separate_names(prompt: str) -> str:
    """Put a space on both sides of each `@username`, or the gateway does not see it."""
    return _GLUED.sub(lambda found: f"{found['name'] or ''} ", prompt)
