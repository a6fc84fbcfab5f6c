"""Pages with commands for a shell, and the output that each says."""

from __future__ import annotations

import doctest
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

_END = "--- end of the output ---"


def _commands(page: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a page with its output."""
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            command = [lines[0]]
            while len(lines) > len(command) and lines[len(command)].startswith(">"):
                command.append(lines[len(command)].removeprefix(">").removeprefix(" "))
            yield "\n".join(command), "\n".join(lines[len(command) :])


def check_console(page: str, environment: Mapping[str, str], folder: Path | None = None) -> int:
    """
    Run the commands of a page in one shell, and check that each prints what the page says, on stderr, too.

    `...` in an output stands for any text. Returns the number of commands.
    """
    commands = [*_commands(page)]
    script = "exec 2>&1\n" + "".join([f"{command}\necho\necho '{_END}'\n" for command, _ in commands])
    done = subprocess.run(
        ["bash", "-c", script], env=environment, cwd=folder, capture_output=True, text=True, timeout=240
    )
    outputs = [output.replace("\r", "").strip() for output in done.stdout.split(_END)[:-1]]
    for (command, expected), output in zip(commands, outputs, strict=True):
        matches = doctest.OutputChecker().check_output(expected + "\n", output + "\n", doctest.ELLIPSIS)
        assert matches, f"{command}\n{output}\n{expected}"
    return len(commands)
