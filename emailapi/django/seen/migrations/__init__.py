"""The migrations of the table of handled webhook events."""
