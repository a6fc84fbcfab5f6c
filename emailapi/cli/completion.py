"""`emailapi completion`: completion of commands and options in a shell."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from .declaring import describe
from .process import say

_EXAMPLES = """
source <(emailapi completion bash)
emailapi completion zsh > ~/.zfunc/_emailapi
emailapi completion fish > ~/.config/fish/completions/emailapi.fish
"""
_BASH = """\
_emailapi() {{
    local words="${{COMP_WORDS[*]:1:COMP_CWORD-1}}" path="" word
    for word in $words; do
        case " $(_emailapi_words "$path") " in
            *" $word "*) [[ $word == -* ]] || path="$path $word" ;;
        esac
    done
    COMPREPLY=($(compgen -W "$(_emailapi_words "$path")" -- "${{COMP_WORDS[COMP_CWORD]}}"))
    [[ ${{#COMPREPLY[@]}} -gt 0 ]] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
_emailapi_words() {{
    case "$1" in
{cases}
    esac
}}
complete -o filenames -F _emailapi emailapi
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    describe(parser, "Print a script that completes commands and options in a shell.", _EXAMPLES)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="bash, zsh or fish")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the script."""
    from .commands import tree

    commands = [*_walk(tree(), ())]
    say({"bash": _bash, "zsh": _zsh, "fish": _fish}[options.shell](commands), end="")


_Commands = list[tuple[tuple[str, ...], dict[str, Any]]]


def _walk(command: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    yield path, command
    for inner in command.get("commands", ()):
        yield from _walk(inner, (*path, inner["name"].split()[-1]))


def _words(command: dict[str, Any]) -> list[str]:
    inner = [inner["name"].split()[-1] for inner in command.get("commands", ())]
    return inner + [name for option in command["options"] for name in option["names"] if name.startswith("--")]


def _bash(commands: _Commands) -> str:
    cases = [
        f"        '{''.join(f' {part}' for part in path)}') echo '{' '.join(_words(it))}' ;;" for path, it in commands
    ]
    return _BASH.format(cases="\n".join(cases))


def _zsh(commands: _Commands) -> str:
    return "#compdef emailapi\nautoload -U +X bashcompinit && bashcompinit\n" + _bash(commands)


def _fish(commands: _Commands) -> str:
    lines = ["complete -c emailapi -f"]
    for path, command in commands:
        here = " and ".join(f"__fish_seen_subcommand_from {part}" for part in path) or "__fish_use_subcommand"
        for word in _words(command):
            how = f"-l {word.removeprefix('--')}" if word.startswith("--") else f"-a {word}"
            lines.append(f"complete -c emailapi -n '{here}' {how}")
    return "\n".join(lines) + "\n"
