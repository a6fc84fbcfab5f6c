"""
Check that the words which the vocabulary has replaced do not return; `make lint` runs it.

    python .ci/words.py

Checked are the docstrings, comments, messages and names of the code, the pages of the documentation without their
code, and the names of tests. It prints one line for each violation, and ends with 1 if there is any.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each word that is not used, and the word in its place.
REPLACED = {
    r"mails?(?![-_.])": "email, or message",
    r"ways? out": "transport",
    r"second way": "fallback",
    r"parcels?(?!\|)": "payload",
    r"refus(?:e|es|ed|ing|al|als)": "reject, rejection",
    r"answer(?:s|ed|ing)?": "response, reply; respond",
    r"relief": "fallback",
    r"settl(?:e|es|ed|ing)": "reconcile, look up, record",
    r"patience": "timeout, deadline",
    r"left alone": "circuit breaker",
    r"what became of": "outcome, state, result",
    r"storeys?": "layer",
    r"the other side": "server, peer, sandbox",
    r"somebody|nobody|whoever": "the person or part that is meant",
    r"return when": "check that",
    # "There is no message" is plain English.
    r"(?<!there )is no (?:address|mail|email|message|key|error|header|list|text|body|transport|option|URL|SMTP)": (
        "is not a valid ..., is not a ..."
    ),
    r"that cannot be\.": "that is not valid",
    r"left behind|leaves? behind": "not sent, left out",
    r"travels?|travell?ed|travell?ing": "is sent",
}
RULES = [(re.compile(rf"(?<![\w-])(?:{word})(?!\w)", re.IGNORECASE), instead) for word, instead in REPLACED.items()]
# A sentence that begins with "What ..." has to be read twice.
STARTS = re.compile(r"(?:^|[.!?:]\s+)What (?!if\b|\w+ \w+ \?)[^?\n]*$", re.MULTILINE)

# The names of other products and protocols, and public names that are promises.
ALLOWED = re.compile(
    r"Flask-Mail|flask_mail|\bMail\b|init mail|extensions\[\"mail\"\]|\.mail\b|\bmail(?: = Mail|\.\w+|:)|^mail$"
    r"|mail[_ ]options|MAIL\b|mail (?:server|store)s?"
    r"|mailto|ConnectionRefusedError|SMTP(?:Recipients|Sender)Refused|\.refused\b|[Cc]onnection refused"
    r"|too many \(\?:messages\|mails|\bmail/"
)

# The parts that have been brought in line. A part is added when its last old word is gone.
CODE = (
    "_delivery",
    "_http",
    "account_client.py",
    "base_client.py",
    "cli",
    "client.py",
    "django",
    "errors",
    "flask",
    "mime",
    "models",
    "resources",
    "sandbox",
    "server_namespaces.py",
    "settings.py",
    "testing",
    "transports",
    "webhooks",
    "wire",
)
PAGES = ("README.md", "CONTRIBUTING.md", "docs/*.md", "docs/guide/*.md", "docs/reference/*.md")
TESTS = (
    "cli",
    "delivery",
    "django",
    "errors",
    "faults",
    "flask",
    "http",
    "mime",
    "models",
    "resources",
    "sandbox",
    "testing",
    "transports",
    "webhooks",
    "wire",
    ".",
)
TEST_WORDS = re.compile(
    r"(?:^|_)(?:mails?|ways?_out|parcels?|refus(?!ed_connection)\w*|answers?|answered|somebody|nobody|settles?)(?=_|$)"
)


def prose_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of the comments, and of the strings that have words."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield node.lineno, node.value


def names_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and words of each function, class and argument."""
    for node in ast.walk(ast.parse(source)):
        name = getattr(node, "name", None) or getattr(node, "arg", None)
        if isinstance(name, str) and name != "refused" and isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.arg)):
            yield node.lineno, re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)


def violations(text: str) -> Iterator[str]:
    """Yield what is wrong with a text."""
    text = ALLOWED.sub("", text)
    for rule, instead in RULES:
        for found in rule.finditer(text):
            yield f"{found[0]!r}: write {instead}"
    for found in STARTS.finditer(text):
        yield f"{found[0].strip()[:40]!r}: begin with a noun or a verb"


def check_code() -> Iterator[str]:
    """Check the package."""
    for part in CODE:
        place = ROOT / "emailapi" / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            source = path.read_text()
            for line, text in (*prose_of(source), *names_of(source)):
                yield from (f"{path.relative_to(ROOT)}:{line}: {wrong}" for wrong in violations(text))
    for path in sorted((ROOT / "emailapi").rglob("*.sql")):
        for line, text in enumerate(path.read_text().splitlines(), 1):
            if text.startswith("--"):
                yield from (f"{path.relative_to(ROOT)}:{line}: {wrong}" for wrong in violations(text[2:].strip()))


def check_pages() -> Iterator[str]:
    """Check the documentation, without its code."""
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            name = str(path.relative_to(ROOT))
            text = re.sub(
                r"```.*?```|`[^`\n]*`", lambda code: "\n" * code[0].count("\n"), path.read_text(), flags=re.DOTALL
            )
            for line, words in enumerate(text.splitlines(), 1):
                yield from (f"{name}:{line}: {wrong}" for wrong in violations(words))


def check_tests() -> Iterator[str]:
    """Check the names of tests."""
    for part in TESTS:
        for path in sorted(
            (ROOT / "tests" / part).rglob("test_*.py") if part != "." else (ROOT / "tests").glob("test_*.py")
        ):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = re.match(r"\s*def (test_\w+)", line)
                if found and (word := TEST_WORDS.search(found[1])):
                    yield f"{path.relative_to(ROOT)}:{number}: {word[0].strip('_')!r} in {found[1]}"


def main() -> int:
    """Print all violations, and return the exit code."""
    found = [*check_code(), *check_pages(), *check_tests()]
    print("\n".join(found), end="\n" if found else "")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
