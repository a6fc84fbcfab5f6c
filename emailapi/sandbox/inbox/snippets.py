"""Programs that send an email to the sandbox, to copy: in several languages, and as settings of frameworks."""

from __future__ import annotations

Snippets = tuple[tuple[str, str], ...]


_CLIENTS: Snippets = (
    (
        "Python",
        """\
from emailapi import Client, Email

client = Client(
    "{token}",
    base_url="{url}",
)
client.outbound.send(Email(
    sender="me@example.com", to="you@example.com",
    subject="Hello", text_body="It works.",
))""",
    ),
    (
        "curl",
        """\
curl "{url}/email" -H "X-Postmark-Server-Token: {token}" \\
  -H "Accept: application/json" -H "Content-Type: application/json" \\
  -d '{{"From": "me@example.com", "To": "you@example.com", "Subject": "Hello", "TextBody": "It works."}}'""",
    ),
    (
        "Node.js",
        """\
const {{ ServerClient }} = require("postmark");

const client = new ServerClient("{token}", {{ requestHost: "{host}", useHttps: false }});
client.sendEmail({{ From: "me@example.com", To: "you@example.com", Subject: "Hello", TextBody: "It works." }});""",
    ),
    (
        "PHP",
        """\
<?php
require "vendor/autoload.php";

use Postmark\\PostmarkClient;
use Postmark\\PostmarkClientBase;

PostmarkClientBase::$BASE_URL = "{url}";
$client = new PostmarkClient("{token}");
$client->sendEmail("me@example.com", "you@example.com", "Hello", null, "It works.");""",
    ),
    (
        "Ruby",
        """\
require "postmark"

client = Postmark::ApiClient.new("{token}", host: "{name}", port: {port}, secure: false)
client.deliver(from: "me@example.com", to: "you@example.com", subject: "Hello", text_body: "It works.")""",
    ),
    (
        "SMTP",
        """\
import smtplib
from email.message import EmailMessage

message = EmailMessage()
message["From"], message["To"], message["Subject"] = "me@example.com", "you@example.com", "Hello"
message.set_content("It works.")
with smtplib.SMTP("{smtp_host}", {smtp_port}) as smtp:
    smtp.starttls()
    smtp.login("{token}", "{token}")
    smtp.send_message(message)""",
    ),
)
_FRAMEWORKS: Snippets = (
    (
        "Environment",
        """\
export EMAILAPI_BASE_URL={url}
export EMAILAPI_SERVER_TOKEN={token}""",
    ),
    (
        "Django",
        """\
EMAIL_BACKEND = "emailapi.django.EmailBackend"
EMAILAPI = {{"SERVER_TOKEN": "{token}", "BASE_URL": "{url}"}}""",
    ),
    (
        "Flask",
        """\
app.config["EMAILAPI_SERVER_TOKEN"] = "{token}"
app.config["EMAILAPI_BASE_URL"] = "{url}\"""",
    ),
    (
        "Laravel",
        """\
MAIL_MAILER=smtp
MAIL_URL="smtp://{token}:{token}@{smtp_host}:{smtp_port}?verify_peer=0\"""",
    ),
    (
        "Rails",
        """\
config.action_mailer.smtp_settings = {{
  address: "{smtp_host}", port: {smtp_port}, authentication: :plain,
  user_name: "{token}", password: "{token}",
  enable_starttls: true, openssl_verify_mode: "none"
}}""",
    ),
)


def _filled(texts: Snippets, url: str, token: str, smtp_host: str, smtp_port: int) -> Snippets:
    host = url.partition("//")[2]
    name, _, port = host.rpartition(":")
    values = {
        "url": url,
        "token": token,
        "host": host,
        "name": name or host,
        "port": port if name else 80,
        "smtp_host": smtp_host,
        "smtp_port": smtp_port,
    }
    return tuple([(title, text.format(**values)) for title, text in texts])


def clients(url: str, token: str, smtp_host: str, smtp_port: int) -> Snippets:
    """Return names of languages, each with a whole program."""
    return _filled(_CLIENTS, url, token, smtp_host, smtp_port)


def frameworks(url: str, token: str, smtp_host: str, smtp_port: int) -> Snippets:
    """Return names of frameworks, each with its settings."""
    return _filled(_FRAMEWORKS, url, token, smtp_host, smtp_port)
