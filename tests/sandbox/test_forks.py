"""A child that is forked while a thread of the sandbox imports something can import it, too."""

from __future__ import annotations

import pytest

from ..forking import run_forking

# The import takes as long as from a slow disk, so that the fork comes in the middle.
_SLOW = """
import http.client, importlib, json, smtplib, ssl, sys, threading, time
from emailapi.sandbox import Sandbox

importing = threading.Event()

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == module and threading.current_thread().name.startswith("emailapi-sandbox"):
            importing.set()
            time.sleep(0.5)

def request(method, path, **body):
    connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"))
    headers = dict.fromkeys(["Accept", "Content-Type"], "application/json") | {"X-Postmark-Server-Token": sandbox.token}
    connection.request(method, path, json.dumps(body), headers)
    assert connection.getresponse().status in (200, 303)
    connection.close()

def send():
    request("POST", "/email", From="a@example.com", To="b@example.com", Subject="Hello", TextBody="Hello")

def start_tls():
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection:
        connection.starttls(context=ssl._create_unverified_context())

def connect():
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port):
        pass

def open_inbox():
    request("GET", "/inbox")

def post_to_webhook():
    request("POST", "/webhooks", Url="http://127.0.0.1:9/", Triggers={"Delivery": {"Enabled": True}})
    send()

with Sandbox() as sandbox:
    sys.meta_path.insert(0, Slow())
    thread = threading.Thread(target=globals()[action])
    thread.start()
    assert importing.wait(30)
    in_child(lambda: importlib.import_module(module))
    thread.join()
"""


@pytest.mark.costly
@pytest.mark.parametrize(
    "action, module",
    [
        ("send", "emailapi.models.bulk"),
        ("send", "emailapi.mime.codes"),
        ("connect", "emailapi.sandbox.smtp.event_loop"),
        ("start_tls", "trustme"),
        ("open_inbox", "emailapi.models.opens"),
        ("post_to_webhook", "urllib3"),
    ],
)
def test_a_child_forked_during_an_import_imports_the_same(action, module):
    run_forking(_SLOW, action=action, module=module)
