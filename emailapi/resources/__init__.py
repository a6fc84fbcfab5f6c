"""Verbs: one namespace of the client a file."""
