"""Arguments that are not valid: one sentence on a terminal, JSON elsewhere."""

from __future__ import annotations

import json

import pytest

from emailapi.cli import main


def usage_error(capsys, *arguments):
    """Run a command that ends with exit code 2, and return what it printed to stderr."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    return err


@pytest.mark.parametrize(
    "arguments, text",
    [
        ([], "command is missing: give one of send, batch, "),
        (["messages"], "action is missing: give one of list, get, "),
        (["sandbox", "inbox"], "action is missing: give one of list, get, wait"),
        (["snd"], "invalid choice: 'snd'"),
        (["send", "--body", "Hi"], "unknown option --body: did you mean --text or --html? (`emailapi send --help`"),
        (["send", "--subjct", "Hi"], "unknown option --subjct: did you mean --subject?"),
        (["send", "--track_opens"], "unknown option --track_opens: did you mean --track-opens?"),
        (["batch", "x.csv", "--journal=x"], "unknown option --journal: did you mean --resume?"),
        (["messages", "list", "--recipient", "x"], "did you mean --to? (`emailapi messages list --help`"),
        (["messages", "list", "--since", "x"], "did you mean --from-date?"),
        (["--json", "messages", "list"], "unknown option --json: give it after the command"),
        (["send", "--subject", "Hi", "Ada"], "unexpected argument 'Ada': quote a value that has spaces"),
        (["send", "--to"], "argument --to: expected one argument"),
        (["messages", "list", "--limit", "0"], "argument --limit: must be at least 1, got 0"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_sentence_that_names_the_remedy(arguments, text, capsys, monkeypatch):
    error = json.loads(usage_error(capsys, *arguments))["error"]
    assert (error["type"], error["exit_code"], text in error["message"]) == ("UsageError", 2, True)
    monkeypatch.setattr("emailapi.cli.output.is_terminal", lambda: True)
    if "--json" not in arguments:
        assert usage_error(capsys, *arguments) == f"emailapi: {error['message']}\n"


@pytest.mark.parametrize(
    "arguments",
    [["--token", "tops3cret"], ["--token=tops3cret"], ["--server-token", "tops3cret"], ["--api-key=tops3cret"]],
    ids=" ".join,
)
@pytest.mark.parametrize("before", [[], ["send"], ["webhooks", "list"]], ids=" ".join)
def test_a_token_that_is_given_as_an_argument_is_not_repeated(arguments, before, capsys):
    err = usage_error(capsys, *before, *arguments)
    assert "tops3cret" not in err
    assert before == ["webhooks", "list"] or not before or "EMAILAPI_SERVER_TOKEN or --token-file" in err
