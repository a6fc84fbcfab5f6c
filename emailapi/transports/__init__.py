"""Transports: how emails are sent."""
