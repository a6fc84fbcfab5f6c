"""The transport of the service's own API."""
