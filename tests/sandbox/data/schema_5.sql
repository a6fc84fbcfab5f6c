-- The schema of data files of version 5.

CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token TEXT NOT NULL,
    delete_servers INTEGER NOT NULL DEFAULT 0,
    remove_data INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE sandbox (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    clock_offset INTEGER NOT NULL DEFAULT 0,
    secret BLOB NOT NULL
);

CREATE TABLE clock_moves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL
);
CREATE INDEX clock_moves_by_end ON clock_moves (ended_at);

CREATE TABLE servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    delivery_type TEXT NOT NULL CHECK (delivery_type IN ('Live', 'Sandbox')),
    track_opens INTEGER NOT NULL DEFAULT 0,
    track_links TEXT NOT NULL DEFAULT 'None',
    created_at INTEGER NOT NULL,
    color TEXT NOT NULL DEFAULT 'blue',
    smtp_api_activated INTEGER NOT NULL DEFAULT 1,
    raw_email_enabled INTEGER NOT NULL DEFAULT 0,
    inbound_hash TEXT NOT NULL UNIQUE,
    inbound_domain TEXT NOT NULL DEFAULT '',
    inbound_hook_url TEXT NOT NULL DEFAULT '',
    inbound_spam_threshold INTEGER NOT NULL DEFAULT 0,
    bounce_hook_url TEXT NOT NULL DEFAULT '',
    open_hook_url TEXT NOT NULL DEFAULT '',
    delivery_hook_url TEXT NOT NULL DEFAULT '',
    click_hook_url TEXT NOT NULL DEFAULT '',
    post_first_open_only INTEGER NOT NULL DEFAULT 0,
    include_bounce_content_in_hook INTEGER NOT NULL DEFAULT 0,
    enable_smtp_api_error_hooks INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX servers_by_inbound_domain ON servers (inbound_domain) WHERE inbound_domain <> '';

CREATE TABLE tokens (
    digest BLOB PRIMARY KEY,
    token TEXT NOT NULL,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX tokens_by_server ON tokens (server);

CREATE TABLE streams (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    type TEXT NOT NULL CHECK (type IN ('Transactional', 'Inbound', 'Broadcasts')),
    unsubscribe_handling TEXT NOT NULL DEFAULT 'None',
    created_at INTEGER NOT NULL,
    updated_at INTEGER,
    archived_at INTEGER,
    taken INTEGER NOT NULL DEFAULT 0,
    erased INTEGER NOT NULL DEFAULT 0,
    indexed INTEGER NOT NULL DEFAULT 0,
    subjects_indexed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (server, id)
);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    uuid TEXT NOT NULL UNIQUE,
    received_at INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'Sent',
    sender TEXT NOT NULL,
    sender_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    tag TEXT,
    shown TEXT NOT NULL,
    track_opens INTEGER NOT NULL,
    track_links TEXT NOT NULL,
    via TEXT NOT NULL DEFAULT 'api'
);
CREATE INDEX messages_by_time ON messages (stream, received_at, id, status, sender_address, tag);
CREATE INDEX messages_queued ON messages (stream, received_at) WHERE status = 'Queued';
CREATE INDEX messages_by_tag ON messages (stream, tag, received_at);
CREATE INDEX messages_by_sender ON messages (stream, sender_address, received_at);

CREATE VIRTUAL TABLE subjects USING fts5 (subject, content = 'messages', content_rowid = 'id', tokenize = 'trigram');
INSERT INTO subjects (subjects, rank) VALUES ('usermerge', 2);

CREATE VIRTUAL TABLE words USING fts5 (
    subject, body, sender, recipients, tag, files,
    content = '', prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO words (words, rank) VALUES ('usermerge', 2);

CREATE TABLE flags (
    flag TEXT NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (flag, message)
) WITHOUT ROWID;

CREATE TABLE contents (
    message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    text_body TEXT,
    html_body TEXT,
    reply_to TEXT NOT NULL,
    headers TEXT NOT NULL
);

CREATE TABLE attachments (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content_id TEXT,
    content BLOB NOT NULL,
    PRIMARY KEY (message, position)
);

CREATE TABLE arrivals (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL,
    server INTEGER REFERENCES servers ON DELETE CASCADE,
    received_at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    broken INTEGER NOT NULL DEFAULT 0,
    content BLOB NOT NULL
);

CREATE TABLE templated (
    message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    template INTEGER NOT NULL,
    alias TEXT,
    received_at INTEGER NOT NULL,
    inline INTEGER NOT NULL,
    model TEXT NOT NULL
);
CREATE INDEX templated_by_template ON templated (template, received_at);

CREATE TABLE sources (
    message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    content BLOB NOT NULL
);

CREATE TABLE inbound (
    message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    mailbox_hash TEXT NOT NULL,
    blocked_reason TEXT NOT NULL,
    reply_text TEXT NOT NULL,
    parts TEXT NOT NULL
);

CREATE TABLE recipients (
    stream INTEGER NOT NULL,
    address TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (stream, address, received_at, message)
) WITHOUT ROWID;

CREATE TABLE metadata (
    stream INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (stream, name, value, received_at, message)
) WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER NOT NULL,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    type TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    details TEXT NOT NULL,
    cause TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (message, id)
) WITHOUT ROWID;

CREATE TABLE queue (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    due_at INTEGER,
    PRIMARY KEY (message, recipient)
) WITHOUT ROWID;
CREATE INDEX queue_by_time ON queue (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE skipped (
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    PRIMARY KEY (message, recipient)
) WITHOUT ROWID;

CREATE TABLE opens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    stream INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    client TEXT NOT NULL,
    os TEXT NOT NULL,
    platform TEXT NOT NULL,
    geo TEXT NOT NULL,
    read_seconds INTEGER
);
CREATE UNIQUE INDEX opens_by_message ON opens (message, recipient);
CREATE INDEX opens_by_stream ON opens (stream, received_at, id);

CREATE TABLE clicks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    stream INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    client TEXT NOT NULL,
    os TEXT NOT NULL,
    platform TEXT NOT NULL,
    geo TEXT NOT NULL,
    location TEXT NOT NULL,
    link TEXT NOT NULL
);
CREATE UNIQUE INDEX clicks_by_message ON clicks (message, recipient, link, location);
CREATE INDEX clicks_by_stream ON clicks (stream, received_at, id);

CREATE TABLE bounces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    type TEXT NOT NULL,
    email TEXT NOT NULL,
    bounced_at INTEGER NOT NULL,
    description TEXT NOT NULL,
    details TEXT NOT NULL,
    content TEXT NOT NULL,
    inactive INTEGER NOT NULL,
    can_activate INTEGER NOT NULL
);
CREATE INDEX bounces_by_time ON bounces (stream, bounced_at, id, type, inactive);
CREATE INDEX bounces_by_message ON bounces (message);
CREATE INDEX bounces_inactive ON bounces (stream, email) WHERE inactive = 1;

CREATE TABLE suppressions (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    address TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('HardBounce', 'SpamComplaint', 'ManualSuppression')),
    origin TEXT NOT NULL CHECK (origin IN ('Recipient', 'Customer', 'Admin')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (stream, address)
) WITHOUT ROWID;

CREATE TABLE tallies (
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    day TEXT NOT NULL,
    tag TEXT NOT NULL,
    metric TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (stream, day, tag, metric)
) WITHOUT ROWID;

CREATE TABLE templates (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    type TEXT NOT NULL CHECK (type IN ('Standard', 'Layout')),
    name TEXT NOT NULL,
    alias TEXT COLLATE NOCASE,
    subject TEXT NOT NULL,
    html_body TEXT NOT NULL,
    text_body TEXT NOT NULL,
    layout INTEGER REFERENCES templates,
    active INTEGER NOT NULL DEFAULT 1,
    model TEXT
);
CREATE UNIQUE INDEX templates_by_alias ON templates (server, alias) WHERE active = 1 AND alias IS NOT NULL;
CREATE INDEX templates_by_layout ON templates (layout) WHERE layout IS NOT NULL;

CREATE TABLE bulk_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    uuid TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    released INTEGER NOT NULL
);
CREATE INDEX bulk_requests_by_server ON bulk_requests (server, id);

CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stream INTEGER NOT NULL REFERENCES streams ON DELETE CASCADE,
    url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('verified', 'unverified')),
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    headers TEXT NOT NULL,
    triggers TEXT NOT NULL
);
CREATE INDEX webhooks_by_stream ON webhooks (stream);

CREATE TABLE webhook_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    webhook INTEGER REFERENCES webhooks ON DELETE CASCADE,
    hook TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    message TEXT,
    recipient TEXT NOT NULL,
    trace TEXT NOT NULL,
    body BLOB NOT NULL,
    happened_at INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX webhook_requests_by_time ON webhook_requests (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_requests_by_message ON webhook_requests (message);
CREATE INDEX webhook_requests_by_webhook ON webhook_requests (webhook);
CREATE INDEX webhook_requests_by_server ON webhook_requests (server);
CREATE TRIGGER erase_webhook_requests AFTER DELETE ON messages BEGIN
    DELETE FROM webhook_requests WHERE message = old.uuid;
END;

CREATE TABLE webhook_attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES webhook_requests ON DELETE CASCADE,
    number INTEGER NOT NULL,
    manual INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    url TEXT NOT NULL,
    request_headers TEXT NOT NULL,
    status INTEGER,
    response_headers TEXT NOT NULL,
    response_body BLOB NOT NULL,
    microseconds INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    error TEXT NOT NULL,
    hint TEXT NOT NULL,
    retry_at INTEGER
);
CREATE INDEX webhook_attempts_by_request ON webhook_attempts (request);

CREATE TABLE inbound_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE,
    rule TEXT NOT NULL COLLATE NOCASE,
    UNIQUE (server, rule)
);

CREATE TABLE dns (
    id INTEGER PRIMARY KEY,
    domain TEXT NOT NULL UNIQUE,
    spf_verified INTEGER NOT NULL DEFAULT 0,
    dkim_status TEXT NOT NULL DEFAULT 'Pending' CHECK (dkim_status IN ('Pending', 'Verified', 'Failed')),
    dkim_host TEXT NOT NULL DEFAULT '',
    dkim_text TEXT NOT NULL DEFAULT '',
    pending_host TEXT NOT NULL,
    pending_text TEXT NOT NULL,
    revoked_host TEXT NOT NULL DEFAULT '',
    revoked_text TEXT NOT NULL DEFAULT '',
    revoked_at INTEGER,
    return_path TEXT NOT NULL DEFAULT '',
    return_path_verified INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE domains (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dns INTEGER NOT NULL UNIQUE REFERENCES dns
);

CREATE TABLE signatures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dns INTEGER NOT NULL REFERENCES dns,
    email_address TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    reply_to TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    confirmed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX signatures_by_dns ON signatures (dns);

CREATE TABLE data_removals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    requested_by TEXT NOT NULL,
    requested_for TEXT NOT NULL,
    notify INTEGER NOT NULL,
    done_at INTEGER NOT NULL
);

INSERT INTO sqlite_sequence (name, seq) VALUES
    ('servers', 4000000),
    ('templates', 5000000),
    ('webhooks', 6000000),
    ('inbound_rules', 7000000),
    ('domains', 8000000),
    ('signatures', 9000000),
    ('data_removals', 10000000);
