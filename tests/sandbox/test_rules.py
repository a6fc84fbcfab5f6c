"""The rules of an email: a row a rule."""

from __future__ import annotations

import pytest

LONG = "x" * 300


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"From": None}, "Invalid 'From' address"),
        ({"From": ""}, "Invalid 'From' address"),
        ({"From": "nobody"}, "Invalid 'From' address: 'nobody'."),
        ({"From": "a@x.com, b@x.com"}, "Invalid 'From' address"),
        ({"From": f"{'x' * 246}@x.example"}, "255"),
        ({"From": '"' + "\U0001f4e7" * 123 + '" <a@x.com>'}, "255"),
        ({"From": "Doe, Jr. <a@x.com>"}, "Invalid 'From' address: 'Doe'."),
        ({"From": "a@x.com\r\nBcc: b@x.com"}, "'From' must not contain line breaks"),
        ({"To": None}, "Zero recipients specified"),
        ({"To": " , ,"}, "Zero recipients specified"),
        (
            {"To": "reader@example.com, nobody"},
            "Error parsing 'To': Illegal email address 'nobody'. It must contain the '@' symbol.",
        ),
        ({"To": "webmaster@localhost"}, "Invalid 'To' address: 'webmaster@localhost'."),
        ({"Cc": "A <foo@bar>"}, "Invalid 'Cc' address: 'foo@bar'."),
        ({"From": "webmaster@localhost"}, "Invalid 'From' address: 'webmaster@localhost'."),
        ({"To": "a b@example.com"}, "Error parsing 'To': Illegal email mailbox 'a b' in address 'a b@example.com'."),
        ({"To": "A <(x)@y.com>"}, "Error parsing 'To': Illegal email mailbox '(x)' in address '(x)@y.com'."),
        ({"To": '"Doe, J <a@x.com>'}, "Error parsing 'To': Unclosed quoted string"),
        ({"To": "reader@exa_mple.com"}, "Error parsing 'To': Illegal email domain 'exa_mple.com'"),
        ({"Cc": "reader@example..com"}, "Error parsing 'Cc': Illegal email domain"),
        ({"Bcc": "reader@b\u00fccher.example"}, "Error parsing 'Bcc': Illegal email domain"),
        ({"Bcc": "j\u00fcrgen@example.com"}, "Illegal email mailbox 'j\u00fcrgen'"),
        ({"ReplyTo": "nobody"}, "Error parsing 'Reply-To'"),
        ({"To": ",".join(f"u{n}@x.com" for n in range(51))}, "51 recipients"),
        ({"To": "a@x.com", "Cc": ",".join(["b@x.com"] * 25), "Bcc": ",".join(["c@x.com"] * 25)}, "51 recipients"),
        ({"TextBody": None}, "TextBody or HtmlBody"),
        ({"TextBody": "", "HtmlBody": ""}, "TextBody or HtmlBody"),
        ({"Subject": "x" * 2001}, "2000"),
        ({"Subject": "\U0001f4e7" * 1001}, "2000"),
        ({"Subject": "Hi\nBcc: b@x.com"}, "'Subject' must not contain line breaks"),
        ({"Subject": "a\0b"}, "'Subject' must not contain"),
        ({"Tag": "x" * 1001}, "1000"),
        ({"Tag": "a\rb"}, "'Tag' must not contain"),
        ({"TrackLinks": "Everything"}, "Invalid 'TrackLinks' value: 'Everything'"),
        ({"TrackLinks": "htmlandtext"}, "TrackLinks"),
        ({"Metadata": {f"k{n}": "v" for n in range(11)}}, "Invalid metadata content."),
        ({"Metadata": {"k" * 21: "v"}}, "Invalid metadata content."),
        ({"Metadata": {"": "v"}}, "Invalid metadata content."),
        ({"Metadata": {"k": "v" * 81}}, "Invalid metadata content."),
        ({"Metadata": {"k": None}}, "Invalid metadata content."),
        ({"Metadata": {"k": {"deep": "v"}}}, "Invalid metadata content."),
        ({"Metadata": {"Key": "a", "kEY": "b"}}, "Invalid metadata content."),
        ({"Metadata": {"k": "a\nb"}}, "Invalid metadata content."),
        ({"Headers": [{"Value": "v"}]}, "'Headers[].Name' is missing"),
        ({"Headers": [{"Name": "X Y", "Value": "v"}]}, "'X Y' is not a valid header name"),
        ({"Headers": [{"Name": "X-A:", "Value": "v"}]}, "not a valid header name"),
        ({"Headers": [{"Name": "X-A\r\nBcc", "Value": "v"}]}, "'Headers[].Name' must not contain"),
        ({"Headers": [{"Name": "X-A", "Value": "v\r\nBcc: b@x.com"}]}, "'Headers[].Value' must not contain"),
        ({"Subject": "\ud800"}, "'Subject' has half a character"),
        ({"To": "\udfff@x.com"}, "'To' has half a character"),
        ({"TextBody": "a\ud800b"}, "'TextBody' has half a character"),
        ({"Tag": "\ud800"}, "half a character"),
        ({"Metadata": {"k": "\ud800"}}, "half a character"),
        ({"Metadata": {"\ud800": "v"}}, "half a character"),
        ({"Headers": [{"Name": "X-A", "Value": "\ud800"}]}, "half a character"),
        ({"TrackLinks": "\ud800"}, "half a character"),
        ({"MessageStream": "\ud800"}, "half a character"),
    ],
)
def test_an_email_that_breaks_a_rule_is_code_300(api, rejected, changes, text):
    rejected(api.send(**changes), 422, 300, text)
    assert api.found()["TotalCount"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"From": 5},
        {"From": ["a@x.com"]},
        {"To": ["a@x.com"]},
        {"To": {"Email": "a@x.com"}},
        {"Subject": 5},
        {"Subject": True},
        {"TextBody": ["x"]},
        {"HtmlBody": {}},
        {"Tag": ["a", "b"]},
        {"TrackOpens": "true"},
        {"TrackOpens": 1},
        {"TrackLinks": True},
        {"Metadata": [["k", "v"]]},
        {"Metadata": "k=v"},
        {"Headers": {"X-A": "v"}},
        {"Headers": ["X-A: v"]},
        {"Headers": [{"Name": "X-A", "Value": ["5"]}]},
        {"Attachments": {"Name": "a.txt"}},
        {"Attachments": ["a.txt"]},
        {"MessageStream": ["outbound"]},
    ],
)
def test_a_field_of_a_wrong_type_is_code_403(api, rejected, changes):
    rejected(api.send(**changes), 422, 403, next(iter(changes)) if "Value" not in str(changes) else "Value")


@pytest.mark.parametrize(
    "changes",
    [
        {"From": f"{'x' * 245}@x.com"},
        {"From": '"Doe, Jr." <a@x.com>'},
        {"From": '"A \\"quoted\\" name" <a@x.com>'},
        {"From": "J\u00fcrgen M\u00fcller <a@x.com>"},
        {"From": "A@X.COM"},
        {"ReplyTo": "a@localhost"},
        {"To": "a+b.c!#$%&'`*-/=^_{|}~@x-y.example,"},
        {"To": '"a, b" <a@x.com>, <b@x.com>'},
        {"To": ",".join(f"u{n}@x.com" for n in range(50))},
        {"ReplyTo": "a@x.com, B <b@x.com>"},
        {"Subject": None},
        {"Subject": ""},
        {"Subject": "\U0001f4e7" * 1000},
        {"Subject": "a\u2028b\x0bc"},
        {"TextBody": None, "HtmlBody": "<p>x</p>"},
        {"TextBody": "a\0b\r\nc\rd"},
        {"Tag": "x" * 1000},
        {"Metadata": {"k" * 20: "\U0001f4e7" * 80}},
        {"Metadata": {f"k{n}": "" for n in range(10)}},
        {"Headers": [{"Name": "X-A", "Value": ""}, {"Name": "Message-ID", "Value": "<a@b>"}]},
        {"TrackOpens": True, "TrackLinks": "HtmlAndText"},
    ],
)
def test_unusual_but_valid_emails_are_accepted(api, changes):
    api.accepted(**changes)


@pytest.mark.costly
@pytest.mark.parametrize("field", ["TextBody", "HtmlBody"])
def test_a_body_has_at_most_5_mb(api, rejected, field):
    rejected(api.send(**{field: "x" * 5_000_001}), 422, 300, field)
    api.accepted(**{field: "x" * 5_000_000})


def test_the_size_of_a_body_is_counted_in_bytes(sandbox, rejected, api):
    import json

    body = json.dumps(api.email(TextBody="\u00e9" * 2_500_001), ensure_ascii=False).encode()
    rejected(
        api.request("POST", "/email", data=body, headers={"Content-Type": "application/json"}), 422, 300, "TextBody"
    )
