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
# Each script finds the command that was typed so far, `at`, in a table of words: those that may follow a command, and
# the values of an option; `:` stands for a file.
_BASH = """\
_emailapi() {{
    local at="" word found IFS=$' \\t\\n' current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        [[ $word != -* && " $(_emailapi_words "$at") " == *" $word "* ]] && at="$at $word"
    done
    [[ $before == -* ]] && found=$(_emailapi_words "$at $before")
    [[ -n $found ]] || found=$(_emailapi_words "$at")
    COMPREPLY=()
    [[ $found == : ]] || COMPREPLY=($(compgen -W "$found" -- "$current"))
    IFS=$'\\n'
    [[ ${{#COMPREPLY[@]}} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}}
{table}
complete -o filenames -F _emailapi emailapi
"""
_ZSH = """\
#compdef emailapi
_emailapi() {{
    local at="" word found="" before="${{words[CURRENT-1]}}"
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        [[ $word != -* && " $(_emailapi_words "$at") " == *" $word "* ]] && at="$at $word"
    done
    [[ $before == -* ]] && found=$(_emailapi_words "$at $before")
    [[ -n $found ]] || found=$(_emailapi_words "$at")
    if [[ $found == : ]] || ! compadd -- ${{=found}}; then _files; fi
}}
{table}
if [[ $funcstack[1] == _emailapi ]]; then _emailapi "$@"; else compdef _emailapi emailapi; fi
"""
_TABLE = """\
_emailapi_words() {{
    case "$1" in
{cases}
    esac
}}"""
_FISH = """\
function __emailapi_at
    set -l at ""
    for word in (commandline -opc)[2..-1]
        contains -- "$at $word" {paths}; and set at "$at $word"
    end
    test "$at" = "$argv[1]"
end
complete -c emailapi -f
{lines}
"""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the command."""
    describe(parser, "Print a script that completes commands and options in a shell.", _EXAMPLES)
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="bash, zsh or fish")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the script."""
    from .commands import tree

    commands = [*_walk(tree(), "")]
    script = _fish(commands) if options.shell == "fish" else _SHELLS[options.shell].format(table=_table(commands))
    say(script, end="")


_SHELLS = {"bash": _BASH, "zsh": _ZSH}
_Commands = list[tuple[str, dict[str, Any]]]


def _walk(command: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all commands, each with its name after `emailapi`, in which a space comes before each word."""
    yield at, command
    for inner in command.get("commands", ()):
        yield from _walk(inner, f"{at} {inner['name'].split()[-1]}")


def _words(command: dict[str, Any]) -> list[str]:
    """Return what may follow a command: its commands, the values of its arguments, and its options."""
    inner = [inner["name"].split()[-1] for inner in command.get("commands", ())]
    values = [choice for argument in command["arguments"] for choice in argument.get("choices", ())]
    return inner + values + [name for option in command["options"] for name in _names(option)]


def _names(option: dict[str, Any]) -> list[str]:
    return [name for name in option["names"] if name.startswith("--")]


def _table(commands: _Commands) -> str:
    cases = []
    for at, command in commands:
        cases.append(f"        '{at}') echo '{' '.join(_words(command))}' ;;")
        for option in command["options"]:
            if option["takes_value"]:
                values = " ".join(option.get("choices", ":"))
                cases += [f"        '{at} {name}') echo '{values}' ;;" for name in _names(option)]
    return _TABLE.format(cases="\n".join(cases))


def _fish(commands: _Commands) -> str:
    lines = []
    for at, command in commands:
        start = f"complete -c emailapi -n '__emailapi_at \\'{at}\\''"
        lines += [
            f"{start} -a {inner['name'].split()[-1]} -d {_quoted(inner['description'])}"
            for inner in command.get("commands", ())
        ]
        for argument in command["arguments"]:
            values = " ".join(argument.get("choices", ()))
            lines.append(f"{start} -a '{values}'" if values else f"{start} -F")
        for option in command["options"]:
            value = ""
            if option["takes_value"]:
                value = f" -x -a '{' '.join(option['choices'])}'" if "choices" in option else " -r -F"
            about = _quoted(option["help"])
            lines += [f"{start} -l {name.removeprefix('--')}{value} -d {about}" for name in _names(option)]
    paths = " ".join(f"'{at}'" for at, _ in commands if at)
    return _FISH.format(paths=paths, lines="\n".join(lines))


def _quoted(text: str) -> str:
    """Return the first sentence of a text, for fish."""
    first = text.partition(". ")[0].rstrip(".")
    return "'" + first.replace("\\", "\\\\").replace("'", "\\'") + "'"
