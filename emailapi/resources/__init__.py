"""The namespaces of the clients: one module and one class for each attribute."""
