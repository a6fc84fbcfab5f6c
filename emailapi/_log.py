"""The one logger, silent until a program sets up its logging."""

import logging

logger = logging.getLogger("emailapi")
# Without a handler Python would write warnings to stderr by itself.
logger.addHandler(logging.NullHandler())
