"""Programs that send an email to the sandbox, to copy: in several languages, and as settings of frameworks."""

from __future__ import annotations

Snippets = tuple[tuple[str, str], ...]


def clients(url: str, token: str, smtp_host: str, smtp_port: int) -> Snippets:
    """Return names of languages, each with a whole program."""
    host = url.partition("//")[2]
    name, _, port = host.rpartition(":")
    return (
        (
            "Python",
            f"""\
from emailapi import Client, Email

client = Client("{token}", base_url="{url}")
client.outbound.send(Email(
    sender="me@example.com", to="you@example.com",
    subject="Hello", text_body="It works.",
))""",
        ),
        (
            "curl",
            f"""\
curl "{url}/email" -H "X-Postmark-Server-Token: {token}" \\
  -H "Accept: application/json" -H "Content-Type: application/json" \\
  -d '{{"From": "me@example.com", "To": "you@example.com", "Subject": "Hello", "TextBody": "It works."}}'""",
        ),
        (
            "Node.js",
            f"""\
const {{ ServerClient }} = require("postmark");

const client = new ServerClient("{token}", {{ requestHost: "{host}", useHttps: false }});
client.sendEmail({{ From: "me@example.com", To: "you@example.com", Subject: "Hello", TextBody: "It works." }});""",
        ),
        (
            "PHP",
            f"""\
use Postmark\\PostmarkClient;
use Postmark\\PostmarkClientBase;

PostmarkClientBase::$BASE_URL = "{url}";
$client = new PostmarkClient("{token}");
$client->sendEmail("me@example.com", "you@example.com", "Hello", null, "It works.");""",
        ),
        (
            "Ruby",
            f"""\
require "postmark"

client = Postmark::ApiClient.new("{token}", host: "{name or host}", port: {port or 80}, secure: false)
client.deliver(from: "me@example.com", to: "you@example.com", subject: "Hello", text_body: "It works.")""",
        ),
        (
            "SMTP",
            f"""\
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


def frameworks(url: str, token: str, smtp_host: str, smtp_port: int) -> Snippets:
    """Return names of frameworks, each with its settings."""
    return (
        (
            "Environment",
            f"""\
export EMAILAPI_BASE_URL={url}
export EMAILAPI_SERVER_TOKEN={token}""",
        ),
        (
            "Django",
            f"""\
EMAIL_BACKEND = "emailapi.django.EmailBackend"
EMAILAPI = {{"SERVER_TOKEN": "{token}", "BASE_URL": "{url}"}}""",
        ),
        (
            "Flask",
            f"""\
app.config["EMAILAPI_SERVER_TOKEN"] = "{token}"
app.config["EMAILAPI_BASE_URL"] = "{url}\"""",
        ),
        (
            "Laravel",
            f"""\
MAIL_MAILER=smtp
MAIL_HOST={smtp_host}
MAIL_PORT={smtp_port}
MAIL_USERNAME={token}
MAIL_PASSWORD={token}""",
        ),
        (
            "Rails",
            f"""\
config.action_mailer.smtp_settings = {{
  address: "{smtp_host}", port: {smtp_port}, authentication: :plain,
  user_name: "{token}", password: "{token}",
  enable_starttls: true, openssl_verify_mode: "none"
}}""",
        ),
    )
