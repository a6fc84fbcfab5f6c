"""
Fail if a send, a batch, 500 encoded emails or a page cost many more instructions than the same by requests and json.

    python .ci/instructions.py

The ratios hardly depend on the machine, or on what else runs on it. A limit is about 15 % above what is measured today:
lower it when the code gets faster. `benchmarks/instructions.py` counts; needs valgrind.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import instructions

# Ours, the same work by requests and json, and the largest ratio.
LIMITS = (
    (instructions.SEND, instructions.SESSION_SEND, 0.35),
    (instructions.BATCH, instructions.SESSION_BATCH, 4.2),
    (instructions.ENCODE, instructions.DUMPS, 3.6),
    (instructions.PAGE, instructions.LOADS, 3.7),
)


def main() -> int:
    """Count, and compare."""
    counts = instructions.count([name for ours, peer, _ in LIMITS for name in (peer, ours)])
    failed = False
    for ours, peer, limit in LIMITS:
        ratio = counts[ours] / counts[peer]
        over = ratio > limit
        failed |= over
        print(f"{'OVER' if over else 'ok'}: {ours} takes {ratio:.3f} x the instructions of {peer}, allowed {limit:g}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
