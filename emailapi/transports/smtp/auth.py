"""The login, with commands of our own: smtplib accepts ASCII only, starts with CRAM-MD5, and goes on after a 535."""

from __future__ import annotations

import base64
import inspect

from ..._signals import raised_by_signal
from ...errors import ConfigurationError, EmailAPIError, SMTPError
from .connection import CLOSING, Broken, Reply, Session
from .options import Settings

# Replies with which servers say that they do not know a mechanism; any other reply is the outcome of the login.
_UNKNOWN = (500, 501, 502, 503, 504, 534)
_ACCEPTED = 235
_GO_ON = 334


def log_in(session: Session, settings: Settings) -> None:
    """
    Log in by XOAUTH2 with a token, else by PLAIN, else by LOGIN; the first 535 is final.

    Raises:
        SMTPError: The server rejected the login, or offers no mechanism that is implemented here.
        ConfigurationError: `oauth_token_generator` returned no token.
    """
    offered = session.esmtp_features.get("auth", "").upper().split()
    wanted = ("XOAUTH2",) if settings.oauth_token_generator else ("PLAIN", "LOGIN")
    mechanisms = [name for name in wanted if name in offered]
    if not mechanisms:
        what = f"only {', '.join(dict.fromkeys(offered))}" if offered else "no AUTH"
        remedy = _remedy(session, settings, offered)
        raise SMTPError(f"cannot log in: the server offers {what}, {' or '.join(wanted)} is needed ({remedy})")
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
    reply = _redacted(reply, secrets)
    if reply.code == CLOSING:
        raise Broken(f"the server closed the session: {reply}")
    what = "username= and oauth_token_generator=" if settings.oauth_token_generator else "username= and password="
    raise reply.to_error(f"the server rejected the login (check {what})")


def _remedy(session: Session, settings: Settings, offered: list[str]) -> str:
    """Return the option that helps when the server offers no mechanism that is implemented here."""
    if not session.encrypted:
        return "many servers offer a login only over TLS: use tls='required' or tls='implicit'"
    if settings.oauth_token_generator and {"PLAIN", "LOGIN"} & set(offered):
        return "use password= instead of oauth_token_generator="
    if "XOAUTH2" in offered:
        return "use oauth_token_generator= instead of password="
    return "leave username= out to send without a login, or use the submission ports 587 or 465"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _plain(session: Session, text: str) -> Reply:
    credentials = _base64(text)
    reply = session.execute("AUTH", f"PLAIN {credentials}")
    # Some servers accept the credentials only after a 334.
    return session.execute(credentials) if reply.code == _GO_ON else reply


def _login(session: Session, username: str, password: str) -> Reply:
    reply = session.execute("AUTH", "LOGIN")
    for text in (username, password):
        if reply.code != _GO_ON:
            break
        reply = session.execute(_base64(text))
    return reply


def _xoauth2(session: Session, text: str) -> Reply:
    reply = session.execute("AUTH", f"XOAUTH2 {_base64(text)}")
    # A rejection comes as a challenge that holds the reasons; the reply code follows after an empty response.
    return session.execute("") if reply.code == _GO_ON else reply


def _token(settings: Settings) -> str:
    assert settings.oauth_token_generator is not None  # noqa: S101 - checked by the caller
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
        raise ConfigurationError("oauth_token_generator must not be async: it is called and must return the token")
    if not isinstance(token, str) or not token or not token.isprintable() or not token.isascii():
        raise ConfigurationError("oauth_token_generator must return the token as printable ASCII text")
    return token


def _redacted(reply: Reply, secrets: tuple[str, ...]) -> Reply:
    """Return the reply without the credentials, in case the server repeats them."""
    text = reply.text
    for secret in filter(None, secrets):
        text = text.replace(_base64(secret), "***").replace(secret, "***")
    return Reply(reply.code, text, reply.enhanced_code)
