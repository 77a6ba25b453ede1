-- Who may send events over HTTP: only hashes are kept, of keys with 256 random bits.

SET ROLE trustwright_owner;

CREATE TABLE trail.api_key (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

GRANT SELECT, INSERT, UPDATE ON trail.api_key TO trustwright_sequencer;
GRANT SELECT ON trail.api_key TO trustwright_writer, trustwright_reader;

RESET ROLE;
