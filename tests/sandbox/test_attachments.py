"""Files of an email."""

from __future__ import annotations

import pytest

FILE = {"Name": "a.txt", "Content": "aGVsbG8=", "ContentType": "text/plain"}


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"Name": None}, "'Attachments[].Name' is missing"),
        ({"Name": " "}, "'Attachments[].Name' is missing"),
        ({"Name": "a\r\nb.txt"}, "'Attachments[].Name' must not contain"),
        ({"Content": None}, "'Content' is missing"),
        ({"Content": "aGVsbG8"}, "not valid base64"),
        ({"Content": "aGVs bG8="}, "not valid base64"),
        ({"Content": "a-_sbG8="}, "not valid base64"),
        ({"Content": "===="}, "not valid base64"),
        ({"ContentType": None}, "'Attachments[].ContentType' is missing"),
        ({"ContentType": "text"}, "'text' is not a valid content type"),
        ({"ContentType": "text/plain\r\nX-A: b"}, "line breaks"),
        ({"ContentID": "cid:a b"}, "'ContentID' must be ASCII"),
        ({"ContentID": "cid:\u00e9"}, "'ContentID' must be ASCII"),
    ],
)
def test_an_invalid_attachment_is_rejected(api, rejected, changes, text):
    """A file needs a name, a content type, and content in strict base64."""
    file = {name: value for name, value in {**FILE, **changes}.items() if value is not None}
    rejected(api.send(Attachments=[file]), 422, 300, text)


@pytest.mark.parametrize("name", ["a.exe", "A.EXE", "a.txt.vbs", ".bat", "a.msi "])
def test_a_forbidden_extension_is_code_411(api, rejected, name):
    rejected(api.send(Attachments=[{**FILE, "Name": name}]), 422, 411, "not allowed")


@pytest.mark.parametrize(
    "changes",
    [
        {"ContentID": None},
        {"ContentID": ""},
        {"ContentID": "cid:logo@x"},
        {"Content": ""},
        {"Content": "aGVs\r\nbG8=\r\n"},
        {"Content": "aGVsbG8=\n"},
        {"Name": "exe"},
        {"Name": "r\u00e9sum\u00e9.pdf"},
        {"Name": 'a b"c;d.txt'},
        {"ContentType": "text/plain; charset=utf-8"},
        {"ContentType": "message/rfc822"},
        {"ContentType": "multipart/mixed"},
    ],
)
def test_unusual_but_valid_attachments_are_accepted(api, changes):
    file = {**FILE, **changes}
    message = api.details(api.accepted(Attachments=[file], HtmlBody="<img src='cid:logo@x'>"))
    assert message["Attachments"] == [file["Name"]]
    assert message["Body"].isascii()
