"""Rules about what receiving servers and programs do: sizes, file types, the header to unsubscribe."""

from __future__ import annotations

from collections.abc import Iterator

from ...attachments import FORBIDDEN_EXTENSIONS
from .base import Examined, Finding, Place, Rules, finding

rules = Rules()

# Gmail cuts HTML behind this size, as its senders have found out; it documents no number.
CLIPPED_BYTES = 102 * 1024
_NEARLY_CLIPPED = 90 * 1024
_MESSAGE_BYTES = 10 * 1024 * 1024
_UNSUBSCRIBE, _ONE_CLICK = "list-unsubscribe", "list-unsubscribe-post"


def html_size(email: Examined) -> int:
    """Return the size in bytes of the HTML as a recipient gets it."""
    return len((email.sent_html or email.html).encode("utf-8", "surrogatepass"))


@rules.add("HTML that Gmail shows whole")
def clipped(email: Examined) -> Iterator[Finding]:
    """Compare the size of the HTML, with tracking links, with that at which Gmail cuts it."""
    size = html_size(email)
    if size < _NEARLY_CLIPPED:
        return
    is_clipped = size > CLIPPED_BYTES
    yield finding(
        f"Gmail clips the HTML of {size / 1024:.0f} kB" if is_clipped else f"The HTML has {size / 1024:.0f} kB already",
        "Gmail shows the first 102 kB and a link to the rest: the end, often with the link to unsubscribe and the "
        "image that counts opens, is not loaded.",
        "Shorten the HTML: inline styles that repeat and tracking links take most of it.",
    )


@rules.add("A message that servers accept")
def size(email: Examined) -> Iterator[Finding]:
    """Look at the size of the message, and at the types of its files."""
    if email.size > _MESSAGE_BYTES:
        yield finding(
            f"The message has {email.size / 1024 / 1024:.1f} MB",
            "The service takes 10 MB, encoded, and many receiving servers take no more.",
            "Link to large files instead of attaching them.",
            [Place(f"{file.name}: {file.size / 1024:.0f} kB") for file in email.files],
        )
    forbidden = [file for file in email.files if file.name.rpartition(".")[2].lower() in FORBIDDEN_EXTENSIONS]
    if forbidden:
        yield finding(
            "An attachment has a type that the service forbids",
            "The service rejects the email.",
            "Send another type, or a link.",
            [Place(file.name) for file in forbidden],
        )


@rules.add("A header to unsubscribe from broadcasts")
def unsubscribe(email: Examined) -> Iterator[Finding]:
    """Look for the headers of RFC 8058 in broadcasts."""
    if not email.broadcast:
        return
    if not email.headers.get(_UNSUBSCRIBE, "").strip():
        yield finding(
            "A broadcast has no header List-Unsubscribe",
            "Gmail and Yahoo demand it of senders of many emails.",
            "Let the stream handle it, or send `List-Unsubscribe` and `List-Unsubscribe-Post`.",
        )
    elif "one-click" not in email.headers.get(_ONE_CLICK, "").lower() or "https:" not in _scheme(email):
        yield finding(
            "A broadcast cannot be unsubscribed from by one click",
            "Gmail and Yahoo demand RFC 8058: an address that takes a POST.",
            "Send `List-Unsubscribe: <https://...>` and `List-Unsubscribe-Post: List-Unsubscribe=One-Click`.",
            [Place(email.headers[_UNSUBSCRIBE])],
        )


def _scheme(email: Examined) -> str:
    # The sandbox's own links are those of the service, which has https.
    return email.headers[_UNSUBSCRIBE].lower().replace("http://", "https://")
