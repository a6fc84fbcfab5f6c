"""Rules about what an email says: its text part, subject and sender, left-over markers, damaged letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .base import Examined, Finding, Place, Rules, excerpt, finding

rules = Rules()

_WORD = re.compile(r"\w{3,}")
# So few words say nothing about whether two texts differ.
_FEW_WORDS = 8
_SUBJECT_LENGTH = 78
_PREHEADER = re.compile(
    r"display\s*:\s*none|max-height\s*:\s*0|font-size\s*:\s*[01]px|opacity\s*:\s*0(?![.\d])", re.IGNORECASE
)


@rules.add("A text part that says what the HTML says")
def text_part(email: Examined) -> Iterator[Finding]:
    """Look for a text part, and compare its words with those of the HTML."""
    if not email.html:
        return
    if not email.text.strip():
        yield finding(
            "The email has no text part",
            "Programs without HTML, watches and many spam filters show or weigh the text.",
            "Send a text body with the same content.",
        )
        return
    words = set(_WORD.findall(email.shown.casefold()))
    others = set(_WORD.findall(email.text.casefold()))
    smaller = min(len(words), len(others))
    if smaller >= _FEW_WORDS and len(words & others) < smaller / 10:
        yield finding(
            "The text part says something else than the HTML",
            "Readers of the text learn nothing of what the HTML says, and spam filters compare both.",
            "Write the text body from the same content.",
            [Place(excerpt(email.text))],
        )


_MARKERS = re.compile(
    r"\{\{[^{}\n]{0,200}\}\}|\{%[^%\n]{0,200}%\}|\$\{[^{}\n]{0,200}\}|<%[^%\n]{0,200}%>|"
    r"(?<![\w%])%[A-Za-z_]{2,40}%(?![\w%])|\[\[?[A-Z][A-Z_ ]{1,40}\]\]?|\*\|[A-Z0-9_:]{2,60}\|\*"
)
_EMPTY_VALUES = re.compile(r"(?<![\w.-])(?:None(?! of\b)|undefined|NaN|\[object Object\])(?![\w-])")
_NO_NAME = re.compile(r"(?<!\w)(?:Hello|Hi|Hey|Dear|Hallo|Bonjour|Hola|Liebe|Lieber) {1,3}[,!]", re.IGNORECASE)
_ORDINARY = re.compile(r"\{\{\{?\s*pm:")


@rules.add("No markers left over from a template")
def leftovers(email: Examined) -> Iterator[Finding]:
    """Look for what a template should have replaced, and for the names that its model lacked."""
    texts = (email.subject, email.shown, email.text)
    markers = [found[0] for text in texts for found in _MARKERS.finditer(text) if not _ORDINARY.match(found[0])]
    if markers:
        yield finding(
            "Markers of a template are left over",
            "Readers see the marker where a value should be.",
            "Give the template a value, or correct the marker; `{{else}}` and the like are not in the language of "
            "the service.",
            [Place(excerpt(each)) for each in dict.fromkeys(markers)],
        )
    values = [_around(text, found) for text in texts for found in _EMPTY_VALUES.finditer(text)]
    values += [excerpt(found[0]) for text in texts for found in _NO_NAME.finditer(text)]
    if values:
        yield finding(
            "A value seems to be missing",
            "`None`, `undefined`, `NaN` or a greeting without a name is what programs write for a missing value.",
            "Look where the value comes from, and decide what stands there without it.",
            [Place(each) for each in dict.fromkeys(values)],
        )
    if email.unknown_names:
        yield finding(
            "The template names what its model lacks",
            "The service renders a missing name as nothing, without an error.",
            "Add the names to the model.",
            [Place(name) for name in email.unknown_names],
        )


def _around(text: str, found: re.Match[str]) -> str:
    return excerpt(text[max(0, found.start() - 30) : found.end() + 30])


@rules.add("A subject that can be read, and a preheader")
def subject(email: Examined) -> Iterator[Finding]:
    """Look at the subject's length and letters, and for a preheader."""
    text = email.subject.strip()
    letters = [each for each in text if each.isalpha()]
    if not text:
        yield finding("The email has no subject", "Lists show nothing to choose it by.", "Send a subject.")
    elif len(text) > _SUBJECT_LENGTH:
        yield finding(
            f"The subject has {len(text)} characters",
            "Lists cut subjects, on phones after about 40 characters.",
            f"Say the important words first, in at most {_SUBJECT_LENGTH} characters.",
            [Place(excerpt(text))],
        )
    if len(letters) > 5 and text.isupper():
        yield finding(
            "The subject is in capitals", "It is read as shouting, and counts as spam.", "Write it as a sentence."
        )
    hidden = any(_PREHEADER.search(tag.attributes.get("style", "")) for tag in email.tags)
    classed = any("preheader" in tag.attributes.get("class", "").lower() for tag in email.tags)
    if email.html and not (hidden or classed):
        yield finding(
            "The HTML has no preheader",
            "Lists show the first words of the HTML behind the subject, whatever they are.",
            "Begin the body with a hidden element that says in a sentence what the email is about.",
            [Place(excerpt(email.shown))] if email.shown else (),
        )


@rules.add("A sender with a name, and replies to the same domain")
def sender(email: Examined) -> Iterator[Finding]:
    """Look at the display name, and compare `From` with `Reply-To`."""
    if not email.sender_name.strip():
        yield finding(
            "The sender has no display name",
            "Lists show the bare address instead of a name.",
            "Send `From` as `Name <address>`.",
            [Place(email.sender)],
        )
    domain = email.sender.rpartition("@")[2].lower()
    others = [each for each in email.reply_to if each.rpartition("@")[2].lower() != domain]
    if others:
        yield finding(
            "Replies go to another domain than the sender's",
            "Spam filters count that, and readers may not trust it.",
            "Use an address of the sender's domain in `Reply-To`, if there is one.",
            [Place(each) for each in others],
        )


# UTF-8 that was read as Latin-1 or Windows-1252, and the character for what could not be read.
_DAMAGED = re.compile(
    "[ÂÃÅ][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â€|ï»¿|\ufffd|"
    r"&(?:nbsp|amp|lt|gt|quot|#\d{1,6});"
)


@rules.add("Letters as they were written")
def damage(email: Examined) -> Iterator[Finding]:
    """Look for letters that a wrong charset has damaged."""
    texts = (email.subject, email.sender_name, email.shown, email.text)
    found = [_around(text, each) for text in texts for each in _DAMAGED.finditer(text)]
    if found:
        yield finding(
            "Letters are damaged",
            "A text in UTF-8 was read in another charset, or escaped twice.",
            "Read and write texts as UTF-8 all the way, and escape once.",
            [Place(each) for each in dict.fromkeys(found)],
        )
