"""Sending by Django's functions: connections, counts, errors, statuses."""

from __future__ import annotations

import copy
import pickle

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins, send_mail, send_mass_mail
from django.test.utils import override_settings

from emailapi import ConnectionFailed, DeliveryUnknown, InactiveRecipient, InvalidEmail, InvalidRequest, SendResult
from emailapi.sandbox import connections as sandbox_connections


def test_ten_send_mail_use_one_connection(api, sandbox, monkeypatch):
    made = []
    accept = sandbox_connections.__dict__
    api()
    for _ in range(10):
        assert send_mail("Hi", "Hello", None, ["ada@example.com"]) == 1
    assert len(sandbox.messages()) == 10
