"""Run in a limited process: spends CPU for ever, and writes down how much."""

import sys
import time
from pathlib import Path

if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", buffering=1) as book:
        while True:
            last = time.process_time()
            book.write(f"{last}\n")
            while time.process_time() < last + 0.05:
                pass
