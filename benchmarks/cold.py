"""
CPU time of a process that sends one email and ends, as in a function of a cloud, a cron job or a command.

    python -m benchmarks.cold [--rounds 15]

Over HTTP, and over HTTPS with a CA bundle of the usual size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .measure import Budget, Case, Comparison, medians, print_all, process_seconds, serving
from .peers import BOTO3, OURS, POSTMARKER, RESEND, VENDOR, is_installed, missing
from .tls_responder import certificates

ROUNDS = 15
PEER = "requests.post"
TEXT = 'sender="me@example.com", to="you@example.com", subject="Hello", text_body="Hello"'
WIRE = 'From="me@example.com", To="you@example.com", Subject="Hello", TextBody="Hello"'
SES = (
    'FromEmailAddress="me@example.com", Destination={"ToAddresses": ["you@example.com"]},'
    ' Content={"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hello"}}}}'
)
SCRIPTS = {
    PEER: f'import requests; requests.post(URL + "/email", json=dict({WIRE}), timeout=10).json()["MessageID"]',
    POSTMARKER: (
        "from postmarker.core import PostmarkClient;"
        f' PostmarkClient(server_token="t", root_api_url=URL + "/").emails.send({WIRE})["MessageID"]'
    ),
    RESEND: (
        'import resend; resend.api_key = "t"; resend.api_url = URL;'
        ' resend.Emails.send({"from": "me@example.com", "to": "you@example.com", "subject": "Hello", "text": "Hello"})'
    ),
    BOTO3: (
        'import boto3; boto3.client("sesv2", region_name="eu-central-1", endpoint_url=URL,'
        f' aws_access_key_id="a", aws_secret_access_key="b").send_email({SES})'
    ),
    VENDOR: (
        "from postmark import sync\n"
        f'with sync.ServerClient("t", base_url=URL) as client: client.outbound.send(dict({TEXT})).message_id'
    ),
    OURS: (
        "from emailapi import Client, Email\n"
        f'with Client("t", base_url=URL) as client: client.outbound.send(Email({TEXT})).message_id'
    ),
}


def _measure(title: str, url: str, environment: Mapping[str, str], limit: float, rounds: int) -> Comparison:
    def seconds(case: Case) -> float:
        return process_seconds(["-c", f"URL = {url!r}\n{SCRIPTS[case.name]}"], environment)

    cases = [Case(name, lambda: None) for name in SCRIPTS if is_installed(name)]
    found = medians(cases, rounds, seconds)
    return Comparison(title, found, [Budget(OURS, PEER, limit)], "ms", 1e3, missing([*SCRIPTS]))


def measure(rounds: int) -> Iterator[Comparison]:
    """Measure."""
    with serving("responder") as port:
        yield _measure("a process that sends once, CPU", f"http://127.0.0.1:{port}", {}, 1.6, rounds)
    with certificates() as (server, bundle), serving("tls_responder", server) as port:
        environment = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "AWS_CA_BUNDLE"), bundle)
        title = "a process that sends once, HTTPS, CPU"
        yield _measure(title, f"https://localhost:{port}", environment, 1.5, rounds)


if __name__ == "__main__":
    print_all(__doc__, ROUNDS, measure)
