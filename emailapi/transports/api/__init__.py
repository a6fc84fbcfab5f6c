"""The transport by the service's own API."""
