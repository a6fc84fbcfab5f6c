"""The web inbox: pages that show the emails of a sandbox, and change what is in it."""
