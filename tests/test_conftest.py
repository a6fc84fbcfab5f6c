"""The tests' own ground."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="module", autouse=True)
def noisy_environment():
    """Set what the clean environment has to take away."""
    names = ("EMAILAPI_SENDER", "POSTMARK_SERVER_TOKEN", "HTTPS_PROXY", "no_proxy")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "x"))
    yield
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def test_a_test_sees_no_environment():
    """No variable of the package's, and no proxy, reaches a test."""
    assert not [name for name in os.environ if name.startswith(("EMAILAPI_", "POSTMARK_"))]
    assert not [name for name in os.environ if name.lower().endswith("_proxy")]


def test_what_is_there_lets_the_test_run(needs, monkeypatch):
    """A part that is there neither skips nor fails."""
    monkeypatch.setenv("REQUIRE", "postfix")
    needs("postfix", "/usr/sbin/postfix", "not installed")


@pytest.mark.parametrize("require", [None, "", "chromium", "postfix-extra"])
def test_what_is_missing_skips_with_its_reason(needs, monkeypatch, require):
    """A missing part that REQUIRE does not name skips the test, and says why."""
    monkeypatch.delenv("REQUIRE", raising=False)
    if require is not None:
        monkeypatch.setenv("REQUIRE", require)
    with pytest.raises(pytest.skip.Exception, match="postfix: not installed"):
        needs("postfix", None, "not installed")


def test_what_is_required_fails(needs, monkeypatch):
    """A missing part that REQUIRE names fails the test."""
    monkeypatch.setenv("REQUIRE", "chromium postfix")
    with pytest.raises(pytest.fail.Exception, match="REQUIRE names postfix: not installed"):
        needs("postfix", None, "not installed")
