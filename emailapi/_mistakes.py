"""The names, attributes and types that users of other libraries give by mistake, and the hints for them."""

from __future__ import annotations

# The names that other libraries have, each group with the names that may stand for it here, in the order in which they
# are looked for. Names are compared without case, underscores and hyphens: the service's own names (`ReplyTo`) need no
# line.
MEANT = (
    # fields of emails
    ("sender", "from fromaddress fromaddr fromemail fromemailaddress mailfrom source defaultsender"),
    ("reply_text stripped_text_reply", "strippedtextreply strippedtext replytext strippedreply"),
    ("original_recipient recipient", "originalrecipient recipient"),
    ("mailbox_hash", "hash plushash"),
    (
        "to recipient email email_address recipients",
        "to toaddr toaddrs toaddress toaddresses toemail toemails recipient recipients destination destinations",
    ),
    ("cc", "ccaddress ccaddresses"),
    ("bcc", "bccaddress bccaddresses"),
    ("recipient email_address to email addresses", "email address addresses"),
    ("reply_to", "replytos replytoaddress replytoaddresses replytoemail"),
    ("subject", "title"),
    ("text_body", "body content message plain plaintext text textcontent bodytext textpart"),
    ("html_body", "html htmlmessage htmlcontent bodyhtml htmlpart"),
    ("text", "textbody body content message plain plaintext"),
    ("html", "htmlbody htmlmessage htmlcontent bodyhtml"),
    ("attachments content", "attach attachment file files data"),
    ("headers", "extraheaders customheaders header"),
    ("tag tags", "tags emailtags category categories campaign"),
    ("metadata", "customargs variables userdata"),
    ("track_links", "trackclicks clicktracking"),
    ("track_opens", "trackopen opentracking"),
    ("message_stream id", "stream streamid messagestreamid"),
    ("idempotency_key", "key idempotency"),
    ("template_model", "templatedata templatecontext context model mergedata"),
    # attachments and addresses
    ("name", "filename displayname fullname"),
    ("content_type template_type message_stream_type", "mimetype contenttype type"),
    ("content_id", "cid"),
    # lists
    ("count", "limit pagesize perpage size top maxresults"),
    ("offset", "page skip start"),
    ("from_date", "since after begin start startdate datefrom"),
    ("to_date", "until before end enddate dateto"),
    ("status", "state"),
    ("suppression_reason type", "reason"),
    ("inactive", "suppressed"),
    ("include_archived_streams", "archived"),
    # ids
    ("message_id id id_or_result", "uuid messageid result"),
    ("message_id template_id", "id"),
    ("id", "bulkid bounceid webhookid domainid serverid signatureid"),
    ("template_alias id_or_alias", "alias templatename templateid templatealias"),
    # options of clients
    ("token", "apikey apitoken servertoken accounttoken accesstoken"),
    ("base_url hostname host", "url host endpoint endpointurl apiurl server"),
    ("username", "user login"),
    ("password", "passwd pass"),
    ("use_tls", "usessl ssl"),
    ("workers", "threads maxworkers concurrency"),
    ("chunk_size", "batchsize"),
    ("region_name", "region awsregion"),
    ("profile_name", "profile awsprofile"),
    ("configuration_set_name", "configurationset configset"),
    ("sent", "outbox emails messages sentmessages"),
    ("clear", "reset flush"),
    # results
    ("message_id", "id sid"),
    ("accepted", "ok success succeeded successful successes"),
    ("failed", "errors failures rejected"),
    ("via", "transport provider"),
    ("retry", "retries maxretries"),
    ("allow_http", "insecure"),
    # namespaces and their calls
    ("send outbound.send", "send sendemail sendmail sendmessage sendemailwithtemplate sendhtml"),
    ("send_batch outbound.send_batch", "batch sendbatch sendbulkemails sendemails sendmessages sendmassmail"),
    ("outbound", "emails mail mails email sender mailer"),
    ("bounces", "bounce"),
    ("templates", "template"),
    ("stats", "statistics"),
    ("list", "search find all filter query"),
    ("get", "retrieve fetch read details getdetails info show"),
    ("edit", "update modify patch"),
    ("create", "add new insert"),
    ("delete", "remove destroy"),
    # classes
    ("SMTPTransport", "smtp smtpclient smtpssl"),
    ("SESTransport", "ses sesclient"),
    ("EmailAPIError", "postmarkexception postmarkerexception emailexception error exception"),
)

# What to do, where another name alone does not say it: by a place and a name, or by a place alone.
ADVICE: dict[str, str] = {
    **dict.fromkeys(
        ("Email.body", "Email.content", "Email.message"), "use text_body for plain text, html_body for HTML"
    ),
    **dict.fromkeys(
        ("Email.template", "Email.templateid", "Email.templatealias", "Email.templatemodel"),
        "use send_template(TemplateEmail(template_alias=..., template_model=...))",
    ),
    **dict.fromkeys(
        ("Email.configurationsetname", "Email.emailtags", "Email.sourcearn", "Email.returnpath"),
        "give options of Amazon SES as headers of the email, such as X-SES-CONFIGURATION-SET, or to SESTransport",
    ),
    **dict.fromkeys(("Email.rawmessage", "Email.raw"), "send an email.message.EmailMessage instead of a mapping"),
    **dict.fromkeys(
        ("Email.attach", "Email.addattachment"), "use email.replace(attachments=[*email.attachments, file])"
    ),
    **dict.fromkeys(("Email.addrecipient", "Email.addto"), "use email.replace(to=[*email.to, ...])"),
    "Email.send": "use client.outbound.send(email)",
    "Email.date": 'use headers={"Date": ...}',
    **dict.fromkeys(
        ("SMTPTransport.login", "SMTPTransport.starttls", "SMTPTransport.connect", "SMTPTransport.ehlo"),
        "a transport connects by itself: give hostname, username, password and tls to the constructor",
    ),
    "SMTPTransport.quit": "use close(), or a with block",
    "SMTPTransport.setdebuglevel": 'the log "emailapi" tells each send',
    **dict.fromkeys(
        ("SMTPTransport.sendmail", "SESTransport.sendrawemail"),
        "use send_message(message, sender=..., recipients=...) with an email.message.Message",
    ),
    **dict.fromkeys(
        ("SESTransport.awsaccesskeyid", "SESTransport.awssecretaccesskey", "SESTransport.session"),
        'use client=session.client("sesv2"), which has credentials of its own',
    ),
    "SESTransport.endpointurl": 'use client=boto3.client("sesv2", endpoint_url=...)',
    **dict.fromkeys(("Client.status", "Client.getstatus"), "use client.messages.status(result)"),
    "Client.accounttoken": "use AccountClient(token) for the calls of an account",
    "Client.deliverystats": "use client.bounces.delivery_stats()",
    "Client.sendersignatures": "domains, servers and sender signatures are managed by an AccountClient",
    **dict.fromkeys(
        ("SendResult.status", "SendResult.statuscode", "SendResult.state"),
        "a result is that of an accepted email; its delivery state is client.messages.status(result).state",
    ),
    **dict.fromkeys(
        ("SendResult.ok", "SendResult.success"),
        "a result is that of an accepted email; an email that was not accepted raises an error",
    ),
    "BatchResult.results": "a BatchResult is the sequence of the results",
    "emailapi.postmarkclient": "use Client, or AccountClient",
    "emailapi.sandbox": "use from emailapi.sandbox import Sandbox",
    "emailapi.emailmessage": "use Email, or the email.message.EmailMessage of Python",
    **dict.fromkeys(("emailapi.send", "emailapi.sendemail"), "use Client(token).outbound.send(email)"),
    "Email.fromname": 'use sender=Address("shop@example.com", "Shop")',
    "Email.filename": "use attachments=[Attachment.from_path(path)]",
    "Attachment.path": "use Attachment.from_path(path)",
    "Outbound.send": "give one email, send(Email(to=..., subject=..., text_body=...)), or a mapping with these names",
    "Outbound.send_template": "give one email, send_template(TemplateEmail(to=..., template_alias=...)), or a mapping",
    "Outbound.send_batch": "give the emails as a list, send_batch([first, second])",
    "Outbound.send_many": "give the emails as one iterable, send_many(emails)",
    "Outbound.send_template_batch": "give the emails as a list, send_template_batch([first, second])",
    "Outbound.send_template_many": "give the emails as one iterable, send_template_many(emails)",
    "Outbound.send_bulk": "give one email, send_bulk(BulkEmail(messages=..., subject=...)), or a mapping",
    **dict.fromkeys(
        (f"Client.{name}" for name in ("accounts", "domains", "servers", "signatures", "senders", "dataremovals")),
        "domains, servers and sender signatures are managed by an AccountClient",
    ),
    **dict.fromkeys(("Client.sent", "Client.outbox", "Client.clear"), "use client.transport.sent, and .clear()"),
    "Email": "give the fields by name: Email(sender=..., to=..., subject=..., text_body=...)",
    "TemplateEmail": "give the fields by name: TemplateEmail(to=..., template_alias=..., template_model=...)",
    "Attachment": "give the fields by name, Attachment(name=..., content=...), or use Attachment.from_path(path)",
    "MessageFilters.state": "the delivery state is messages.status(message).state; status= knows queued and sent",
    "MessageFilters.status": "the delivery state is messages.status(message).state, and bounces are bounces.list()",
    **dict.fromkeys(
        ("BounceFilters.state", "BounceFilters.status"),
        "type= filters by the type of the bounce, inactive= by whether the address is suppressed",
    ),
    **dict.fromkeys(
        ("WholeList.limit", "WholeList.count", "WholeList.page", "WholeList.perpage", "WholeList.pagesize"),
        "the service returns this list whole: take a slice of the result",
    ),
}

# What to give instead of a value of another type: by the record that is expected, and the class of the value or one of
# its bases. `{0}` stands for the value of a path.
WRONG_TYPES: dict[str, str] = {
    "Attachment.str": "read a file with Attachment.from_path({0!r})",
    "Attachment.PurePath": "read a file with Attachment.from_path(path)",
    "Attachment.tuple": "use Attachment(name=..., content=..., content_type=...)",
    "Attachment.bytes": "use Attachment(name=..., content=...)",
    "Attachment._TextIOBase": "open the file in binary mode, and use Attachment(name=..., content=file)",
    "Attachment._IOBase": "use Attachment(name=..., content=file)",
    "Email.str": "parse a ready message into an EmailMessage, message_from_string(text, policy=email.policy.default)",
    "Email.bytes": "parse a ready message into an EmailMessage, message_from_bytes(data, policy=email.policy.default)",
    "Email.list": "send several emails with send_batch",
    "Email.tuple": "send several emails with send_batch",
    "Email.set": "send several emails with send_batch",
    "Email.generator": "send many emails with send_many",
    "Email.TemplateEmail": "send it with send_template",
    "Email.BulkEmail": "send it with send_bulk",
    "TemplateEmail.Email": "send it with send",
    **dict.fromkeys(("Email.Row", "TemplateEmail.Row"), "convert it with dict(...)"),  # of sqlite3
    "TemplateEmail.list": "send several emails with send_template_batch",
}

# How an object of another library becomes a mapping, by an attribute of its class.
CONVERSIONS: dict[str, str] = {
    "__await__": "await it first",
    "__dataclass_fields__": "convert it with dataclasses.asdict(...)",
    "__attrs_attrs__": "convert it with attrs.asdict(...)",
    "model_dump": "convert it with its method model_dump()",
    "_asdict": "convert it with its method _asdict()",
}
