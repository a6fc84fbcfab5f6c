"""The transport by Amazon SES, on boto3."""

from .transport import SESTransport

__all__ = ["SESTransport"]
