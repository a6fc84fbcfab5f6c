"""How applications send: threads, coroutines, forks, password resets, subclasses, several mailers."""

from __future__ import annotations

import asyncio
import pickle
import sys
import types
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.core import mail
from django.core.mail import EmailMessage, send_mail
from django.dispatch import receiver
from django.http import HttpResponse
from django.test import AsyncClient
from django.urls import path

from emailapi import Client, django as ours
from emailapi.django import EmailBackend, close_all, post_send

from ..forking import FORKS, run_forking

BACKEND = "emailapi.django.EmailBackend"
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


async def view(request):
    sent = await sync_to_async(send_mail)("Hi", "Hello", None, ["ada@example.com"])
    return HttpResponse(str(sent))


urlpatterns = [path("send/", view), path("reset/<uidb64>/<token>/", view, name="password_reset_confirm")]


def message(**fields) -> EmailMessage:
    return EmailMessage("Hi", "Hello", **{"to": ["ada@example.com"], **fields})


def connection():
    return mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()


class Counting(EmailBackend):
    """A backend of the user's, with an option of its own."""

    calls: list[int] = []  # noqa: RUF012 - of the test

    def __init__(self, *arguments, colour=None, **options):
        super().__init__(*arguments, **options)
        self.colour = colour

    def send_messages(self, email_messages):
        messages = [*email_messages]
        self.calls.append(len(messages))
        return super().send_messages(messages)


@pytest.mark.costly
def test_one_backend_may_be_used_by_threads(api):
    api()
    shared = connection()
    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(lambda _: shared.send_messages([message(), message()]), range(20))] == [2] * 20


def test_an_async_view_sends_by_sync_to_async(api, setting):
    api()
    setting(ROOT_URLCONF=__name__)

    async def requests() -> list[bytes]:
        responses = await asyncio.gather(*(AsyncClient().get("/send/") for _ in range(5)))
        return [response.content for response in responses]

    assert asyncio.run(requests()) == [b"1"] * 5


@pytest.mark.costly
@pytest.mark.parametrize("kind", FORKS)
def test_workers_forked_after_the_first_email_can_send(sandbox, kind):
    script = """
import django
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage

options = {"server_token": token, "base_url": url}
if hasattr(mail, "mailers"):
    mailers = {"MAILERS": {"default": {"BACKEND": "emailapi.django.EmailBackend", "OPTIONS": options}}}
else:
    upper = {name.upper(): value for name, value in options.items()}
    mailers = {"EMAIL_BACKEND": "emailapi.django.EmailBackend", "EMAILAPI": upper}
settings.configure(DEFAULT_FROM_EMAIL="shop@example.com", **mailers)
django.setup()
kept = mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()

def send():
    assert EmailMessage("Hi", "Hello", to=["ada@example.com"]).send() == 1
    assert kept.send_messages([EmailMessage("Hi", "Hello", to=["ada@example.com"])]) == 1

send()
in_child(send)
in_child(send)
send()
"""
    run_forking(script, kind, token=sandbox.token, url=sandbox.url)
    with Client(sandbox.token, base_url=sandbox.url) as client:
        assert client.messages.list().total_count == 8


@pytest.mark.costly
def test_a_password_reset_is_sent(outbox, setting):
    templates = {
        "registration/password_reset_subject.txt": "Reset\nat {{ site_name }}",
        "registration/password_reset_email.html": "{% url 'password_reset_confirm' uidb64=uid token=token %}",
    }
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}
    setting(
        ROOT_URLCONF=__name__,
        TEMPLATES=[engine],
        INSTALLED_APPS=["emailapi.django", "django.contrib.contenttypes", "django.contrib.auth"],
    )
    from django.contrib.auth.forms import PasswordResetForm
    from django.contrib.auth.models import User

    user = User(pk=7, username="ada", email="ada@example.com", password="x")
    sent = outbox()
    form = PasswordResetForm({"email": user.email})
    assert form.is_valid()
    form.get_users = lambda email: [user]
    form.save(domain_override="shop.example.com")
    assert [(email.subject, email.to[0].email) for email in sent] == [("Resetat shop.example.com", "ada@example.com")]
    assert sent[0].text_body.startswith("/reset/")


def test_a_subclass_may_have_options_of_its_own(api, sandbox, setting, monkeypatch):
    options = {"server_token": sandbox.token, "base_url": sandbox.url}
    module = types.ModuleType("project_mail")
    module.Counting = Counting
    monkeypatch.setitem(sys.modules, "project_mail", module)
    if hasattr(mail, "mailers"):
        entry = {"BACKEND": "project_mail.Counting", "OPTIONS": {**options, "colour": "blue"}}
        setting(MAILERS={"default": entry})
    else:
        upper = {name.upper(): value for name, value in options.items()}
        setting(EMAIL_BACKEND="project_mail.Counting", EMAILAPI=upper)
    senders = []

    @receiver(post_send)
    def after(sender, **kwargs):
        senders.append(sender)

    try:
        assert message().send() == 1
    finally:
        post_send.disconnect(after)
    assert (Counting.calls, senders) == ([1], [Counting])
    close_all()


@pytest.mark.mailers(True)
def test_each_mailer_has_its_own_options(api, sandbox, setting):
    options = {"server_token": sandbox.token, "base_url": sandbox.url}
    news = {**options, "defaults": {"tag": "news"}, "message_stream": "broadcast"}
    setting(MAILERS={
        "default": {"BACKEND": BACKEND, "OPTIONS": options},
        "news": {"BACKEND": BACKEND, "OPTIONS": news},
        "locmem": {"BACKEND": LOCMEM},
    })  # fmt: skip
    used = []

    @receiver(post_send)
    def after(using, email, **kwargs):
        used.append((using, email.tag))

    try:
        assert [message().send(), message().send(using="news")] == [1, 1]
    finally:
        post_send.disconnect(after)
    assert used == [("default", None), ("news", "news")]


@pytest.mark.mailers(False)
def test_settings_of_djangos_smtp_backend_have_no_effect(outbox, setting):
    setting(EMAIL_HOST="h", EMAIL_PORT=1, EMAIL_HOST_USER="u", EMAIL_HOST_PASSWORD="p", EMAIL_USE_TLS=True)
    sent = outbox()
    assert message().send() == 1
    assert len(sent) == 1


def test_the_locmem_backend_of_django_accepts_our_messages(setting):
    setting(
        **({"MAILERS": {"default": {"BACKEND": LOCMEM}}} if hasattr(mail, "mailers") else {"EMAIL_BACKEND": LOCMEM})
    )
    mail.outbox = []
    one = ours.EmailMessage("Hi", "Hello", to=["ada@example.com"], tag="welcome")
    assert one.send() == 1
    assert mail.outbox[0].tag == "welcome"
    del mail.outbox


@pytest.mark.parametrize("kind", [ours.EmailMessage, ours.EmailMultiAlternatives])
def test_a_pickled_message_can_be_sent(outbox, kind):
    sent = outbox()
    one = kind("Hi", "Hello", to=["ada@example.com"], tag="welcome", metadata={"user": 7})
    pickle.loads(pickle.dumps(one)).send()
    assert (sent[0].tag, sent[0].metadata) == ("welcome", {"user": "7"})
