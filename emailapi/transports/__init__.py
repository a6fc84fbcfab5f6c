"""Ways out: how a mail leaves."""
