"""Run in a limited process: opens a file, then is lost in code that lets no other thread run."""

import re
import sys
from pathlib import Path

if __name__ == "__main__":
    with Path(sys.argv[1]).open("rb"):
        re.match(r"(a+)+$", "a" * 100 + "b")
