"""Addresses, and the lists of them that people type."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest
from hypothesis import given, strategies as st

from emailapi import Email
from emailapi.errors import InvalidEmail
from emailapi.models.address import Address, parse_address_field, parse_addresses

J = Address("j@x.example")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("j@x.example", [J]),
        (" j@x.example ", [J]),
        ("<j@x.example>", [J]),
        ("< j@x.example >", [J]),
        ("Jane <j@x.example>", [Address("j@x.example", "Jane")]),
        ("Jane<j@x.example>", [Address("j@x.example", "Jane")]),
        ("Jane  A\tDoe <j@x.example>", [Address("j@x.example", "Jane A Doe")]),
        ('"Doe, Jane" <j@x.example>', [Address("j@x.example", "Doe, Jane")]),
        ('"Doe; Jane: x" <j@x.example>', [Address("j@x.example", "Doe; Jane: x")]),
        (r'"a \"b\" \\ c" <j@x.example>', [Address("j@x.example", r'a "b" \ c')]),
        ('"" <j@x.example>', [J]),
        ('"  " <j@x.example>', [Address("j@x.example", "  ")]),
        ('"<k@x.example>" <j@x.example>', [Address("j@x.example", "<k@x.example>")]),
        ("Jane (at home) Doe <j@x.example>", [Address("j@x.example", "Jane Doe")]),
        ("j@x.example (Jane Doe)", [Address("j@x.example", "Jane Doe")]),
        ("j@x.example ()", [J]),
        (r"j@x.example (Jane \) Doe)", [Address("j@x.example", "Jane ) Doe")]),
        ("Re: Jane <j@x.example>", [Address("j@x.example", "Re: Jane")]),
        ("山田　太郎 <j@x.example>", [Address("j@x.example", "山田　太郎")]),
        ("Jane\u2028Doe <j@x.example>", [Address("j@x.example", "Jane\u2028Doe")]),
        ("a@x.example, b@x.example", [Address("a@x.example"), Address("b@x.example")]),
        ("a@x.example,b@x.example,", [Address("a@x.example"), Address("b@x.example")]),
        (",, a@x.example ,,", [Address("a@x.example")]),
        ("a@x.example; b@x.example", [Address("a@x.example"), Address("b@x.example")]),
        ('"Doe, J" <j@x.example>, K <k@x.example>', [Address("j@x.example", "Doe, J"), Address("k@x.example", "K")]),
        ("Team: a@x.example, B <b@x.example>;", [Address("a@x.example"), Address("b@x.example", "B")]),
        ("T: a@x.example;, U: b@x.example;, c@x.example", [Address(f"{one}@x.example") for one in "abc"]),
        ('"a;b" <j@x.example>, Re: K <k@x.example>', [Address("j@x.example", "a;b"), Address("k@x.example", "Re: K")]),
        ("undisclosed-recipients:;", []),
        ("", []),
        (" \t", []),
        (",", []),
        ("(nobody)", []),
        ('"a b"@x.example', [Address('"a b"@x.example')]),
        ('"a, b"@x.example, j@x.example', [Address('"a, b"@x.example'), J]),
        ('Name <"a>b"@x.example>', [Address('"a>b"@x.example', "Name")]),
        ("a@[127.0.0.1]", [Address("a@[127.0.0.1]")]),
        ("G: a@[IPv6:2001:db8::1], j@x.example;", [Address("a@[IPv6:2001:db8::1]"), J]),
    ],
)
def test_a_list_of_addresses_can_be_one_string(text, expected):
    assert list(parse_addresses(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a@",
        "@b",
        "a",
        "a b@x.example",
        "a@b c",
        "a@b@c.example",
        "a@.example",
        "a@example.",
        "a@x..example",
        "x@.y.z",
        "x@y..z",
        "x@y.",
        "x@.",
        "x@y.z.",
    ]
    + ["<>", "Jane <>", "Jane <a@>", "Jane <j@x.example", "j@x.example>", "<j@x.example> <k@x.example>"]
    + ["<j@x.example> Jane", '"Jane" j@x.example', '"Jane <j@x.example>', "j@x.example (Jane", "(j@x.example"]
    + ["a@x.example b@x.example", "a,b@x.example", "a:b@x.example", r"a\b@x.example", "a@[127.0.0.1", "a@127.0.0.1]"]
    + ['"a"b@x.example', 'a"b"@x.example', '"a\tb"@x.example', "a@x.example, b", "Team: a@x.example, b@x.example"]
    + ["a\u2028b@x.example", "a@x\u00a0y.example", "a@xn--\u00fc.example", "a@\u2024.example", "a@\uff20.example"]
    + ["a@bü_cher.example", "a@-ü.example", "a@" + "ü" * 64 + ".example", "a@b\u202eü.example"],
)
def test_a_text_with_an_invalid_address_is_rejected_as_a_whole(text):
    with pytest.raises(InvalidEmail):
        parse_addresses(text)


@pytest.mark.parametrize(
    "email, mailbox",
    [
        ("j@bücher.example", "j@xn--bcher-kva.example"),
        ("j@BÜCHER.example", "j@xn--bcher-kva.example"),
        ("j@bücher。example", "j@xn--bcher-kva.example"),
        ("j@faß.de", "j@xn--fa-hia.de"),
        ("j@日本語.jp", "j@xn--wgv71a119e.jp"),
        ("j@παράδειγμα.ελ", "j@xn--hxajbheg2az3al.xn--qxam"),
        # ASCII text is kept as it is, odd or not.
        ("j@a_b.example", "j@a_b.example"),
        ("j@EXAMPLE.com", "j@EXAMPLE.com"),
        ("j@xn--fa-hia.de", "j@xn--fa-hia.de"),
        ("j@localhost", "j@localhost"),
        ("j@a--b.example", "j@a--b.example"),
        ("j@[127.0.0.1]", "j@[127.0.0.1]"),
        ('"a b"@x.example', '"a b"@x.example'),
        # The local part stays: RFC 6531 carries it, or nothing does.
        ("jürgen@x.example", "jürgen@x.example"),
        ("jürgen@faß.de", "jürgen@xn--fa-hia.de"),
    ],
)
def test_domains_are_sent_in_ascii(email, mailbox):
    address = Address(email, "J")
    assert (address.email, address.mailbox, address.header) == (email, mailbox, f"J <{mailbox}>")


@pytest.mark.parametrize(
    "name, header",
    [
        (None, "j@x.example"),
        ("", "j@x.example"),
        ("Jane Doe", "Jane Doe <j@x.example>"),
        ("Jürgen 😀", "Jürgen 😀 <j@x.example>"),
        ("Doe, Jane", '"Doe, Jane" <j@x.example>'),
        ("J. Doe", '"J. Doe" <j@x.example>'),
        ('a"b', r'"a\"b" <j@x.example>'),
        ("a\\b", r'"a\\b" <j@x.example>'),
        ("a  b", '"a  b" <j@x.example>'),
        (" a", '" a" <j@x.example>'),
        ("a\u00a0", '"a\u00a0" <j@x.example>'),
        ("a\tb", '"a\tb" <j@x.example>'),
        ("O'Neill & Söhne", "O'Neill & Söhne <j@x.example>"),
    ]
    + [(f"a{odd}b", f'"a{odd}b" <j@x.example>') for odd in "()<>[]:;@.,\x0b\x0c\x7f"],
)
def test_names_are_quoted_where_required(name, header):
    """A name stands bare in a header where it may, and quoted where it would be read as something else."""
    assert str(Address("j@x.example", name)) == header


LONG_DOMAIN = ".".join(["d" * 63] * 3 + ["d" * 61])


@pytest.mark.parametrize(
    "email",
    [
        "l" * 64 + "@x.example",
        "ü" * 32 + "@x.example",
        '"' + "l" * 62 + '"@x.example',
        "j@" + "d" * 63 + ".example",
        f"j@{LONG_DOMAIN}",
        "l" * 64 + f"@{LONG_DOMAIN}",
        "j@-a.example",
    ],
)
def test_an_address_at_the_length_limit_is_valid(email):
    assert Address(email).email == email


@pytest.mark.parametrize(
    "email, says",
    [
        ("l" * 65 + "@x.example", "must have at most 64 octets, got 65"),
        ("ü" * 33 + "@x.example", "must have at most 64 octets, got 66"),
        ('"' + "l" * 63 + '"@x.example', "must have at most 64 octets, got 65"),
        ("j@" + "d" * 64 + ".example", "must have at most 63 octets, got 64"),
        ("j@x." + "d" * 64, "must have at most 63 octets, got 64"),
        (f"j@{LONG_DOMAIN}d", "must have at most 253 octets, got 254"),
        ("j@" + "ü" * 60 + ".example", "is not a valid international domain"),
    ],
)
@pytest.mark.parametrize("form", ["{}", "Jane <{}>"])
@pytest.mark.parametrize("field", ["sender", "to", "cc", "bcc", "reply_to"])
def test_an_address_that_is_too_long_for_the_dns_or_smtp(field, form, email, says):
    """RFC 5321 and RFC 1035: no server accepts such an address."""
    with pytest.raises(InvalidEmail) as caught:
        Email(**{field: form.format(email)})
    assert says in caught.value.message
    assert caught.value.field == field


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=30) | st.text(
    st.sampled_from(' \t\\",;:<>()[]@.a ü\u3000\u2028\x0b'), max_size=12
)
mailboxes = st.sampled_from(
    ["j@x.example", '"a b"@x.example', '"a>,(b"@x.example', "a@[IPv6:::1]", "jürgen@a_b.example"]
)


@given(mailboxes, names | st.none())
def test_a_header_is_read_as_its_address(email, name):
    address = Address(email, name)
    assert parse_addresses(str(address)) == (address,)
    assert parse_addresses(f"{J}, {address},{address}") == (J, address, address)


@given(st.text() | st.text(st.sampled_from('ab@x.\\"\\(<>[]):;, ü\u3002\u200d\u0660\u05d0'), max_size=40))
def test_any_text_is_parsed_or_raises_invalid_email(text):
    try:
        found = parse_address_field(text, "to")
    except InvalidEmail:
        return
    assert all(isinstance(address, Address) and address.mailbox for address in found)


@pytest.mark.parametrize("text", ['"\\"' * 50_000, "(\\(" * 50_000, "<" * 100_000, '"' * 99_999, "a," * 50_000])
def test_parsing_takes_linear_time(text):
    """A long text made to be slow is rejected in one pass: quadratic, this test would take minutes."""
    with pytest.raises(InvalidEmail):
        parse_addresses(text)


@pytest.mark.parametrize("value", [b"j@x.example", 5, None, ["j@x.example"], J])
def test_the_parts_of_an_address_must_be_strings(value):
    with pytest.raises(InvalidEmail, match="email must be text") as caught:
        Address(value)
    assert caught.value.field == "email"
    if value is not None:
        with pytest.raises(InvalidEmail, match="name must be text"):
            Address("j@x.example", value)


@pytest.mark.parametrize(
    "value, expected",
    [
        (None, ()),
        ("", ()),
        ([], ()),
        (J, (J,)),
        ("j@x.example, k@x.example", (J, Address("k@x.example"))),
        (
            ["j@x.example", J, "K <k@x.example>, l@x.example"],
            (J, J, Address("k@x.example", "K"), Address("l@x.example")),
        ),
        ((J,), (J,)),
        ((one for one in [J, "k@x.example"]), (J, Address("k@x.example"))),
        ([""], ()),
    ],
)
def test_an_address_field_accepts_a_string_an_address_or_a_sequence_of_both(value, expected):
    assert parse_address_field(value, "to") == expected


@pytest.mark.parametrize(
    "value, sentence",
    [
        ("a b@x", "to: 'a b@x' is not a valid email address"),
        (["j@x.example", "a@"], "to[1]: 'a@' is not a valid email address"),
        (["j@x.example", None], "to[1]: must be an address, got NoneType"),
        ([["j@x.example"]], "to[0]: must be an address, got list"),
        ([("Jane", "j@x.example")], "to[0]: must be an address, got tuple: use Address('j@x.example', 'Jane')"),
        ([b"j@x.example"], "to[0]: must be an address, got bytes: decode it first"),
        (b"j@x.example", "to must be an address or a list of addresses, got bytes: decode it first"),
        ({"email": "j@x.example"}, "to must be an address or a list of addresses, got dict: use Address(email, name)"),
        (5, "to must be an address or a list of addresses, got int"),
    ],
)
def test_the_error_of_an_invalid_address_names_the_field_and_the_item(value, sentence):
    with pytest.raises(InvalidEmail) as caught:
        parse_address_field(value, "to")
    assert (caught.value.message, caught.value.field) == (sentence, "to")


@pytest.mark.parametrize("address", [J, Address("j@faß.de", 'a "b"')])
def test_addresses_compare_copy_and_pickle(address):
    assert pickle.loads(pickle.dumps(address)) == copy.deepcopy(address) == eval(repr(address)) == address
    assert pickle.loads(pickle.dumps(address)).header == address.header
    assert len({address, attrs.evolve(address)}) == 1
    assert attrs.evolve(address, name="New").header == f"New <{address.mailbox}>"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        address.email = "k@x.example"
