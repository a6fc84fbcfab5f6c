"""Logging in, by commands of our own: smtplib takes ASCII only, begins with CRAM-MD5, and goes on after a 535."""

from __future__ import annotations

import base64
import inspect

from ..._delivery import raised_by_signal
from ...errors import ConfigurationError, EmailAPIError, SMTPError
from .connection import FAREWELL, Broken, Reply, Session
from .options import Settings

# "I do not know this mechanism", in the ways in which servers say so; everything else is an answer to the login.
_UNKNOWN = (500, 501, 502, 503, 504, 534)
_ACCEPTED = 235
_GO_ON = 334


def log_in(session: Session, settings: Settings) -> None:
    """
    Log in by XOAUTH2 with a token, else by PLAIN, else by LOGIN; the first 535 is final.

    Raises:
        SMTPError: The server refused, or offers no way to log in that is known here.
        ConfigurationError: The function for the token gave none.
    """
    offered = session.esmtp_features.get("auth", "").upper().split()
    wanted = ("XOAUTH2",) if settings.oauth_token_generator else ("PLAIN", "LOGIN")
    mechanisms = [name for name in wanted if name in offered]
    if not mechanisms:
        what = f"only {', '.join(dict.fromkeys(offered))}" if offered else "no AUTH"
        remedy = _remedy(session, settings, offered)
        raise SMTPError(f"no login: the server offers {what}, needed is {' or '.join(wanted)} ({remedy})")
    text = ""
    for mechanism in mechanisms:
        if mechanism == "XOAUTH2":
            text = f"user={settings.username}\1auth=Bearer {_token(settings)}\1\1"
            reply = _xoauth2(session, text)
        elif mechanism == "PLAIN":
            text = f"\0{settings.username}\0{settings.password}"
            reply = _plain(session, text)
        else:
            reply = _login(session, settings.username, settings.password)
        if reply.code == _ACCEPTED:
            session.logged_in = True
            return
        if reply.code not in _UNKNOWN:
            break
    secrets = (text, text.rpartition("Bearer ")[2].rstrip("\1"), settings.password)
    reply = _without(reply, secrets)
    if reply.code == FAREWELL:
        raise Broken(f"the server went away: {reply}")
    what = "username= and oauth_token_generator=" if settings.oauth_token_generator else "username= and password="
    raise reply.refusal(f"the server refused the login (check {what})")


def _remedy(session: Session, settings: Settings, offered: list[str]) -> str:
    """Return the option that helps when the server offers no mechanism that is known here."""
    if not session.encrypted:
        return "many servers offer a login with TLS only: tls='required' or tls='implicit'"
    if settings.oauth_token_generator and {"PLAIN", "LOGIN"} & set(offered):
        return "password= in place of oauth_token_generator="
    if "XOAUTH2" in offered:
        return "oauth_token_generator= in place of password="
    return "without username= nobody logs in; the port for logins is 587 or 465"


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _plain(session: Session, text: str) -> Reply:
    packed = _packed(text)
    reply = session.ask("AUTH", f"PLAIN {packed}")
    # Some want it only when they have asked.
    return session.ask(packed) if reply.code == _GO_ON else reply


def _login(session: Session, username: str, password: str) -> Reply:
    reply = session.ask("AUTH", "LOGIN")
    for text in (username, password):
        if reply.code != _GO_ON:
            break
        reply = session.ask(_packed(text))
    return reply


def _xoauth2(session: Session, text: str) -> Reply:
    reply = session.ask("AUTH", f"XOAUTH2 {_packed(text)}")
    # A refusal comes as a challenge with its reasons; the code follows our empty answer.
    return session.ask("") if reply.code == _GO_ON else reply


def _token(settings: Settings) -> str:
    assert settings.oauth_token_generator is not None  # noqa: S101 - asked by the caller
    try:
        token = settings.oauth_token_generator()
    except EmailAPIError:
        raise
    except Exception as error:
        if raised_by_signal(error):
            raise
        raise ConfigurationError(f"oauth_token_generator raised {type(error).__name__}") from error
    if inspect.iscoroutine(token):
        token.close()
        raise ConfigurationError("oauth_token_generator must not be async: it is called, and returns the token")
    if not isinstance(token, str) or not token or not token.isprintable() or not token.isascii():
        raise ConfigurationError("oauth_token_generator must return the token, as text")
    return token


def _without(reply: Reply, secrets: tuple[str, ...]) -> Reply:
    """Return a reply in which nothing of the login stands, should the server repeat it."""
    text = reply.text
    for secret in filter(None, secrets):
        text = text.replace(_packed(secret), "***").replace(secret, "***")
    return Reply(reply.code, text, reply.enhanced_code)
