"""The types of sending by Amazon SES: checked by mypy --strict, never run."""

from typing import assert_type

from emailapi import Address, BatchResult, Email, Retry, SendResult, SESError, SESTransport, Transport


def made(client: object) -> Transport:
    SESTransport(client)  # type: ignore[call-arg]
    SESTransport(region="eu-west-1")  # type: ignore[call-arg]
    SESTransport(tags={"app": 7})  # type: ignore[arg-type]
    SESTransport(tags=[{"Name": "app", "Value": "shop"}], timeout=(3, 10), retry=Retry(attempts=1))
    return SESTransport(
        client=client,
        source_arn="arn:aws:ses:eu-west-1:123456789012:identity/example.com",
        return_path=Address("bounces@example.com"),
        tags={"app": "shop"},
        configuration_set_name="news",
        deadline=5,
    )


def sent(transport: SESTransport, email: Email) -> None:
    with transport as ses:
        assert_type(ses, SESTransport)
        assert_type(ses.send(email), SendResult)
        assert_type(ses.send({"to": "you@example.com"}), SendResult)
        assert_type(ses.send_batch([email]), BatchResult)
        assert_type(ses.within(1.5, attempts=2), SESTransport)
        assert_type(ses.deadline, float)
        ses.check(email)
        ses.send("a text")  # type: ignore[arg-type]


def rejected(error: SESError) -> None:
    assert_type(error.aws_code, str | None)
    assert_type(error.request_id, str | None)
    assert_type(error.retryable, bool)
