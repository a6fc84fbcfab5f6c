"""The way out by Amazon SES."""

from .transport import SESTransport

__all__ = ["SESTransport"]
