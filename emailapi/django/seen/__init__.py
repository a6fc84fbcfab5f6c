"""The application `emailapi.django.seen`: the table of `DatabaseSeenStore`."""
