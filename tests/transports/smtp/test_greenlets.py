"""Greenlets share a transport, also when gevent or eventlet patches the standard library late."""

from __future__ import annotations

import asyncio
import re
from collections import Counter

import pytest

from ..greenlets import PATCHES, outcomes
from .scripted import Talk, polite

pytestmark = [pytest.mark.slow, pytest.mark.costly, pytest.mark.exhaustive(cases=1)]
OK = b"250 2.0.0 Ok: queued as 4XYZ"


def subjects(emails: list[bytes]) -> Counter[str]:
    return Counter(re.search(rb"Subject: (.*)\r", content)[1].decode() for content in emails)


@pytest.mark.parametrize("tls", ["none", "required", "implicit"])
@pytest.mark.parametrize("patch", PATCHES)
def test_greenlets_that_share_a_connection_send_each_email_once(patch, tls, listen, trust):
    class Slow:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            await asyncio.sleep(0.01)
            received.append(envelope.content)
            return OK.decode()

    received: list[bytes] = []
    server = listen(implicit=trust.server if tls == "implicit" else None, starttls=trust.server)
    server.handle_DATA = Slow().handle_DATA
    found, _ = outcomes("smtp", patch, port=server.port, tls=tls, bundle=trust.bundle)
    assert set(found.values()) == {"accepted"}
    assert subjects(received) == Counter(list(found))
    assert len(found) == 10 + patch.endswith("use")
    assert server.peers == 1 + patch.endswith("use")


@pytest.mark.parametrize("patch", PATCHES)
def test_greenlets_report_which_emails_may_have_been_sent(patch, script):
    server = script(
        polite("PIPELINING", ends=[OK, Talk.cut]), polite(ends=[OK, Talk.reset]), polite(data=[b"354 go", Talk.cut])
    )
    found, _ = outcomes("smtp", patch, port=server.port, tls="none", bundle=None)
    received = subjects(server.messages)
    assert max(received.values()) == 1
    assert {subject for subject, outcome in found.items() if outcome == "not_sent"}.isdisjoint(received)
    assert {subject for subject, outcome in found.items() if outcome == "accepted"} <= set(received)
    assert "unknown" in found.values()
