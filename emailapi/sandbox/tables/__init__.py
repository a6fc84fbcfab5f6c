"""
The database by nouns: one file a table or two, plain functions that take the transaction first.

SQL stands here and in `schema.sql` only, so that a route, the SMTP listener and an event all store a thing in one way.
"""
