"""The management command of the application `emailapi.django`."""
