"""A Postfix of its own: its configuration, queue and mailboxes in one folder, on a port of loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from ...ports import unused_port

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.org
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_maps = inline:{{
  you@example.org=you/ other@example.org=other/ third@example.org=third/ fourth@example.org=fourth/ }}
virtual_mailbox_base = {folder}/mail
virtual_transport = virtual
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{ later@example.org=defer }}, permit
smtpd_recipient_limit = 3
smtpd_error_sleep_time = 0
message_size_limit = 200000
mailbox_size_limit = 0
smtpd_tls_security_level = may
smtpd_tls_chain_files = {folder}/server.pem
smtpd_tls_loglevel = 1
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
{implicit} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
"""


# Users other than root often have no /usr/sbin in their PATH.
POSTFIX = shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Postfix:
    """
    A running Postfix.

    Attributes:
        port: Where it speaks SMTP, with STARTTLS.
        tls_port: Where it speaks TLS from the first byte.
    """

    def __init__(self, certificate: bytes) -> None:
        # Not in pytest's folder, which only its owner may enter: Postfix's own user must.
        self.folder = Path(tempfile.mkdtemp(prefix="postfix-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = unused_port(), unused_port()
        user = pwd.getpwnam("postfix")
        for name in ("data", "mail"):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, user.pw_uid, user.pw_gid)
        (self.folder / "queue").mkdir()
        (self.folder / "conf").mkdir()
        (self.folder / "server.pem").write_bytes(certificate)
        main = MAIN.format(folder=self.folder, uid=user.pw_uid, gid=user.pw_gid)
        (self.folder / "conf" / "main.cf").write_text(main)
        master = MASTER.format(port=self.port, implicit=f"127.0.0.1:{self.tls_port}")
        (self.folder / "conf" / "master.cf").write_text(master)
        # It waits until this end of its pipe is closed, as it also is when pytest is killed.
        self._guard = subprocess.Popen(
            ["sh", "-c", 'read -r line; "$0" -c "$1/conf" stop; rm -rf "$1"', str(POSTFIX), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._start()
            self._await()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        command = [str(POSTFIX), "-c", str(self.folder / "conf"), "start"]
        subprocess.run(command, capture_output=True, timeout=120, check=False)

    def _await(self) -> None:
        for _ in range(1200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    if connection.recv(3) == b"220":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log())

    def log(self) -> str:
        """Return what it wrote about itself."""
        log = self.folder / "log"
        return log.read_text() if log.exists() else "no log"

    def delivered(self, name: str, count: int) -> list[bytes]:
        """Return the emails in a mailbox, once there are so many."""
        new = self.folder / "mail" / name / "new"
        for _ in range(1200):
            found = sorted(new.glob("*")) if new.exists() else []
            if len(found) >= count:
                return [path.read_bytes() for path in found]
            time.sleep(0.05)
        raise AssertionError(self.log())

    def close(self) -> None:
        """Stop it, and take everything away."""
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait(120)
