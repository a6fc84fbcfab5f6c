"""`manage.py emailapi`."""
