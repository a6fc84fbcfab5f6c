"""
Posting to webhooks: events of emails are reported to the URLs that a server has set.

`notices` makes the requests for events, `timetable` says when they are due, and `runner` sends them. `targets` says
where a request may go, `sending` adds login and headers to `orders`, and `exchange` sends it. `results` stores the
result, with a line of `hints`. `verification` asks a webhook whether it responds. `attempts` is for tests.
"""
