"""Nouns: what goes in and what comes out. Plain attrs classes without I/O."""
