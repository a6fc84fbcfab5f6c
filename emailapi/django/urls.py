"""
URLs for webhooks: `path("hooks/", include("emailapi.django.urls"))`.

`hooks/` receives events of every kind, `hooks/inbound/` the same; two addresses are for servers that want an inbound
address of its own.
"""

from __future__ import annotations

from django.urls import path

from .views import webhook

app_name = "emailapi"
urlpatterns = [path("", webhook, name="webhook"), path("inbound/", webhook, name="inbound")]
