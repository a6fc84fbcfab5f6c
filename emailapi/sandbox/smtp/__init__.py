"""
SMTP into the sandbox: a listener for email of clients and of the outside world.

`serving` has a thread of its own, which runs aiosmtpd in an `event_loop` from the first client on, behind two methods:
it can be replaced by another one. `conversation` has what aiosmtpd does not do as the sandbox needs it, and `reading`
the end of a message. `desk` decides: who may send, which recipients there are, which fault a command meets. `mime`
takes a message apart, and `emails` makes the email of it, as the API would have it.
"""
