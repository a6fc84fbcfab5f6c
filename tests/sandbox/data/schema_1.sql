-- The schema of data files of version 1.
CREATE TABLE account (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    token TEXT NOT NULL,
    delete_servers INTEGER NOT NULL DEFAULT 0,
    remove_data INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE servers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    delivery_type TEXT NOT NULL CHECK (delivery_type IN ('Live', 'Sandbox')),
    track_opens INTEGER NOT NULL DEFAULT 0,
    track_links TEXT NOT NULL DEFAULT 'None',
    created_at INTEGER NOT NULL,
    color TEXT NOT NULL DEFAULT 'Blue',
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
    token TEXT PRIMARY KEY,
    server INTEGER NOT NULL REFERENCES servers ON DELETE CASCADE
) WITHOUT ROWID;
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
    track_links TEXT NOT NULL
);
CREATE INDEX messages_by_time ON messages (stream, received_at, id, status);
CREATE INDEX messages_by_tag ON messages (stream, tag, received_at) WHERE tag IS NOT NULL;
CREATE INDEX messages_by_sender ON messages (stream, sender_address, received_at);
CREATE VIRTUAL TABLE subjects USING fts5 (subject, content = 'messages', content_rowid = 'id', tokenize = 'trigram');
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
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    recipient TEXT NOT NULL,
    type TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX events_by_message ON events (message);
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
    active INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX templates_by_alias ON templates (server, alias) WHERE active = 1 AND alias IS NOT NULL;
CREATE INDEX templates_by_layout ON templates (layout) WHERE layout IS NOT NULL;
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
