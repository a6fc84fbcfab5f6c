"""
Check that the words which the vocabulary has replaced do not return; `make lint` runs it.

    python .ci/words.py

Checked are the docstrings, comments, messages and names of the package and the tests, and the pages of the
documentation without their code. It prints one line for each violation, and ends with 1 if there is any.
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
    # "There is no message" and "is no longer" are plain English.
    r"(?<!here )(?:is|are|was|were) no (?!longer|more|less|such|other|way|need|reply|proof|use|value|limit)\w+": (
        "is not a valid ..., is not a ..."
    ),
    r"that cannot be\.": "that is not valid",
    r"left behind|leaves? behind": "not sent, left out",
    r"travels?|travell?ed|travell?ing": "is sent",
}
RULES = [(re.compile(rf"(?<![\w-])(?:{word})(?!\w)", re.IGNORECASE), instead) for word, instead in REPLACED.items()]
# No text of a file without these can break a rule; names are words with underscores.
SUSPECT = re.compile(
    rf"(?<![^\W_])(?:{'|'.join(REPLACED)})(?![^\W_])|\b(?-i:What) |: (?:It|They|Those|One|That|This) ", re.IGNORECASE
)
# The description of an error names its subject.
PRONOUNS = re.compile(
    r"^ +[A-Z]\w+: (?:It|They|Those|One|That|This) (?:is|are|was|were|has|have|names|cannot|of)\b.*$", re.MULTILINE
)
# A sentence that begins with "What ..." has to be read twice.
STARTS = re.compile(r"(?:^|[.!?:]\s+)What (?!if\b|\w+ \w+ \?)[^?\n]*$", re.MULTILINE)

# The names of other products and protocols, and public names that are promises.
ALLOWED = re.compile(
    r"Flask-Mail|flask_mail|\bMail\b|init mail|extensions\[\"mail\"\]|\.mail\b|\bmail(?: = Mail|\.\w+|:)|^mail$"
    r"|mail[_ ]options|MAIL\b|mail (?:server|store)s?"
    r"|mailto|ConnectionRefusedError|SMTP(?:Recipients|Sender)Refused|\.refused\b|[Cc]onnection refused"
    r"|too many \(\?:messages\|mails|\bmail/|inactive mails|web mail|mail from|refused connection|^refused$"
    r"|emails mail mails email"
)

# The words of other programs in the data of tests: modules of Django, Postfix' settings, addresses.
OF_OTHERS = re.compile(
    r"mailbox_|maillog|/mail\b|import mail\b|hasattr\(mail|(?<= )mail\.outbox|welcome mail|mail\.example|nobody\b"
)

CODE = ("conftest.py", "docs", "emailapi", "tests")
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/**/*.md")


def texts_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of the comments, of the strings that have words, and of each name that is defined."""
    if not SUSPECT.search(source):
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and " " in node.value.strip():
                yield node.lineno, node.value
        elif (name := defined_name(node)) is not None:
            yield getattr(node, "lineno", 0), re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)


def defined_name(node: ast.AST) -> str | None:
    """Return the name of the function, class, argument, variable or attribute that a node defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            return name
        case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            return name
    return None


def violations(text: str) -> Iterator[str]:
    """Yield what is wrong with a text."""
    text = ALLOWED.sub("", text)
    for rule, instead in RULES:
        for found in rule.finditer(text):
            yield f"{found[0]!r}: write {instead}"
    for found in STARTS.finditer(text):
        yield f"{found[0].strip()[:40]!r}: begin with a noun or a verb"
    for found in PRONOUNS.finditer(text):
        yield f"{found[0].strip()[:40]!r}: name the subject"


def check_code() -> Iterator[str]:
    """Check the modules, in which tests may say what others write; and the files that are served or run beside them."""
    for part in CODE:
        place = ROOT / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            source = path.read_text("utf-8")
            for line, text in texts_of(source):
                text = OF_OTHERS.sub("", text) if part == "tests" else text
                yield from (f"{path.relative_to(ROOT)}:{line}: {wrong}" for wrong in violations(text))
    for kind in ("html", "js", "sql"):
        for path in sorted((ROOT / "emailapi").rglob(f"*.{kind}")):
            for line, text in enumerate(path.read_text("utf-8").splitlines(), 1):
                yield from (f"{path.relative_to(ROOT)}:{line}: {wrong}" for wrong in violations(text.strip()))


def check_pages() -> Iterator[str]:
    """Check the documentation, without its code."""
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            name = str(path.relative_to(ROOT))
            text = re.sub(
                r"```.*?```|`[^`\n]*`",
                lambda code: "\n" * code[0].count("\n"),
                path.read_text("utf-8"),
                flags=re.DOTALL,
            )
            for line, words in enumerate(text.splitlines(), 1):
                yield from (f"{name}:{line}: {wrong}" for wrong in violations(words))


def main() -> int:
    """Print all violations, and return the exit code."""
    found = [*check_code(), *check_pages()]
    print("\n".join(found), end="\n" if found else "")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
