"""A signed message is still signed when it arrives."""

from __future__ import annotations

import shutil
import subprocess
from email import message_from_bytes

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs7

from .scripted import polite

TEXT = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nHell\xc3\xb6  \n.dot\n\nlast line"
FORMS = {
    "bytes": lambda data: data,
    "LF": lambda data: data.replace(b"\r\n", b"\n"),
    "str": lambda data: data.decode(),
    "Message": message_from_bytes,
}


@pytest.fixture(scope="module")
def signed() -> tuple[bytes, bytes]:
    """Give a message with a detached signature, and the certificate to check it with."""
    authority = trustme.CA()
    leaf = authority.issue_cert("me@example.com")
    certificate = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    key = serialization.load_pem_private_key(leaf.private_key_pem.bytes(), None)
    builder = pkcs7.PKCS7SignatureBuilder().set_data(TEXT.replace(b"\n", b"\r\n"))
    builder = builder.add_signer(certificate, key, hashes.SHA256())  # type: ignore[arg-type]
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    body = builder.sign(serialization.Encoding.SMIME, options)
    header = b"From: me@example.com\nTo: you@example.org\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
    message = (header + body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return message, authority.cert_pem.bytes()


@pytest.mark.parametrize("form", FORMS)
def test_a_signature_still_verifies(form, signed, script, connect, needs, tmp_path):
    """Bytes, text and parsed messages with an S/MIME signature arrive so that OpenSSL verifies it."""
    needs("openssl", shutil.which("openssl"), "there is no openssl command")
    message, certificate = signed
    server = script(polite("8BITMIME", "SMTPUTF8", "SIZE 0"))
    connect(server).send_message(FORMS[form](message))
    [sent] = server.messages
    assert sent.rstrip() == message.rstrip()
    (tmp_path / "ca.pem").write_bytes(certificate)
    (tmp_path / "mail").write_bytes(sent)
    verified = subprocess.run(
        ["openssl", "smime", "-verify", "-purpose", "any", "-CAfile", "ca.pem", "-in", "mail"],
        cwd=tmp_path,
        capture_output=True,
    )
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout == TEXT.replace(b"\n", b"\r\n")
