"""The undocumented parts of dependencies that the package relies on."""

from __future__ import annotations

import configparser
import inspect
from importlib import import_module
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path

import pytest

# For each file that relies on undocumented parts: the distribution, the module and the class or function that has them,
# and how they occur in its source. A method that is overridden must still be called, an attribute still be set or read.
PARTS = {
    "emailapi/_http/connection.py": {
        ("urllib3", "urllib3.connection", "HTTPConnection.connect"): ["self._new_conn()"],
        ("urllib3", "urllib3.connection", "HTTPSConnection.connect"): ["self._new_conn()"],
        ("urllib3", "urllib3.connection", "HTTPConnection._new_conn"): ["self._dns_host", "self.timeout"],
        ("urllib3", "urllib3.util.connection", "is_connection_dropped"): ["conn.is_connected"],
        ("urllib3", "urllib3.util.connection", "allowed_gai_family"): ["AF_UNSPEC"],
        ("", "http.client", "HTTPResponse.begin"): ["self._read_status()"],
        ("", "http.client", "HTTPResponse"): ["self._close_conn()", "self.fp"],
        ("", "http.client", "HTTPConnection"): ["self.response_class(", "self.auto_open", "self.sock"],
    },
    "emailapi/_http/pool.py": {
        ("urllib3", "urllib3.connectionpool", "HTTPConnectionPool"): [
            "self.ConnectionCls(",
            "self._get_conn(",
            "is_connection_dropped(conn)",
            "self.pool.get(block=self.block",
            "self.pool.put(conn, block=False)",
        ],
        ("urllib3", "urllib3.connectionpool", ""): ["self.QueueCls("],
        ("urllib3", "urllib3.poolmanager", "PoolManager"): ["self.pool_classes_by_scheme["],
        ("requests", "requests.adapters", "HTTPAdapter.send"): [
            "self.get_connection_with_tls_context(",
            "self.cert_verify(",
            "self.request_url(",
            "self.build_response(",
        ],
        ("requests", "requests.adapters", "HTTPAdapter.get_connection_with_tls_context"): [
            "self.build_connection_pool_key_attributes(",
            "self.proxy_manager_for(",
        ],
        ("requests", "requests.adapters", ""): ["DEFAULT_CA_BUNDLE_PATH"],
    },
    "emailapi/_http/body.py": {
        ("requests", "requests", "Response"): ["self._content"],
        ("urllib3", "urllib3.response", "HTTPResponse"): ["length_remaining"],
    },
    "emailapi/_http/socks.py": {
        ("urllib3", "urllib3.contrib.socks", "SOCKSConnection"): ["self._socks_options", "def _new_conn(self)"],
        ("PySocks", "socks", "ProxyError"): ["self.socket_err"],
    },
    "emailapi/sandbox/connections.py": {
        ("waitress", "waitress.channel", "HTTPChannel"): [
            "self.task_class(",
            "self.error_task_class(",
            "self.received(",
            "self.total_outbufs_len",
            "self.requests",
            "self.request = None",
            "self.logger",
            "def service(self)",
            "def handle_close(self)",
        ],
        ("waitress", "waitress.parser", "HTTPRequestParser"): ["self.headers_finished", "self.body_bytes_received"],
        ("waitress", "waitress.server", "BaseWSGIServer"): [
            "self.channel_class(",
            "self.active_channels",
            "self.maintenance(",
            "self.accept()",
            "self._map",
            "self.logger",
        ],
    },
    "emailapi/sandbox/listener.py": {
        ("waitress", "waitress.server", "BaseWSGIServer.__init__"): [
            "map=None",
            "_sock=None",
            "dispatcher=None",
            "adj=None",
            "sockinfo=None",
            "bind_socket=True",
        ],
        ("waitress", "waitress.server", "BaseWSGIServer.pull_trigger"): ["self.trigger"],
        ("waitress", "waitress.task", "ThreadedTaskDispatcher"): [
            "self.start_new_thread(self.handler_thread, thread_no)",
            "self.threads",
            "self.queue_logger",
            "def set_thread_count(self, count)",
            "def shutdown(self",
        ],
        ("waitress", "waitress.wasyncore", "loop"): ["timeout", "use_poll", "map", "count"],
        ("waitress", "waitress.wasyncore", "close_all"): ["map", "ignore_all"],
    },
    "emailapi/sandbox/routing.py": {
        ("Werkzeug", "werkzeug.routing", "Rule"): ["self._compile_builder(False).__get__(self, None)"],
    },
    "emailapi/sandbox/smtp/conversation.py": {
        ("aiosmtpd", "aiosmtpd.smtp", "SMTP"): [
            "self._handle_client()",
            "self._getaddr(arg)",
            "self._reset_timeout()",
            "self._create_envelope()",
            "self._reader",
            "self.command_size_limits[command]",
            "self.command_size_limits.clear()",
            "self.tls_context",
            "limit=self.line_length_limit",
            "await self.push(",
            "async def smtp_AUTH(",
            "async def smtp_DATA(",
            "async def smtp_STARTTLS(",
            "self._reader._buffer.clear()",
        ],
        ("aiosmtpd", "aiosmtpd.smtp", "SMTP.__init__"): ['m.startswith("handle_")', 'm.startswith("smtp_")'],
    },
    "emailapi/transports/ses/events.py": {
        ("botocore", "botocore.endpoint", "Endpoint"): ["before-send.", "needs-retry.", "caught_exception="],
        ("botocore", "botocore.endpoint", "Endpoint._do_get_response"): ["before-parse.", "response_dict="],
        ("botocore", "botocore.httpsession", "URLLib3Session.send"): ["body=request.body"],
        ("botocore", "botocore.hooks", "BaseEventHooks"): ["def register_first(", "def register_last("],
    },
}
ROWS = [(file, *place, part) for file, places in PARTS.items() for place, parts in places.items() for part in parts]
CEILINGS = {
    "requests": "requests",
    "urllib3": "urllib3",
    "waitress": "waitress",
    "Werkzeug": "werkzeug",
    "aiosmtpd": "aiosmtpd",
    "botocore": "boto3",
}


def name_of(row):
    return row if isinstance(row, str) else None


@pytest.mark.parametrize("file, distribution, module, owner, part", ROWS, ids=name_of)
def test_the_parts_of_a_dependency_that_we_use_exist(file, distribution, module, owner, part):
    found = import_module(module)
    try:
        source = inspect.getsource(attrgetter(owner)(found) if owner else found)
    except AttributeError:
        source = ""
    if part not in source:
        release = f"{distribution} {version(distribution)}" if distribution else "this version of Python"
        pytest.fail(
            f"{release} has no {part!r} in {f'{module}.{owner}'.rstrip('.')}, on which {file} relies", pytrace=False
        )


def test_a_dependency_with_private_parts_that_we_use_has_an_upper_bound():
    config = configparser.ConfigParser()
    config.read(Path(__file__).parent.parent / "setup.cfg")
    requirements = [config["options"]["install_requires"], *config["options.extras_require"].values()]
    bounded = {line.partition(">=")[0] for line in "\n".join(requirements).splitlines() if "<" in line}
    used = {distribution for places in PARTS.values() for distribution, _, _ in places}
    # requests itself chooses the versions of PySocks.
    assert {CEILINGS[distribution] for distribution in used - {"", "PySocks"}} <= bounded
