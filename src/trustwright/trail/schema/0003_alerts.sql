-- Alerts of detections and what people did about them. Rows are only ever added: an alert is open until it has an
-- acknowledgement, and acknowledged until it has a closing.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trustwright_detector') THEN
        CREATE ROLE trustwright_detector NOLOGIN;
    END IF;
END
$$;

SET ROLE trustwright_owner;

CREATE TABLE trail.alert (
    id uuid PRIMARY KEY, -- a hash of rule, group and entries: the same alert is stored once
    rule text NOT NULL,
    title text NOT NULL,
    level text NOT NULL CHECK (level IN ('informational', 'low', 'medium', 'high', 'critical')),
    subject text[] NOT NULL, -- the values that the events share
    actor_id uuid,
    happened_at timestamptz NOT NULL,
    leaf bigint NOT NULL, -- the entry that made it known
    leaves bigint[] NOT NULL CHECK (cardinality(leaves) > 0), -- the entries that it rests on
    events integer NOT NULL CHECK (events > 0),
    detail text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_alert_found ON trail.alert (found_at);

CREATE TABLE trail.acknowledgement (
    alert uuid PRIMARY KEY REFERENCES trail.alert,
    person text NOT NULL CHECK (length(btrim(person)) > 0),
    at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE trail.closing (
    alert uuid PRIMARY KEY REFERENCES trail.acknowledgement, -- nothing is closed that nobody took on
    person text NOT NULL CHECK (length(btrim(person)) > 0),
    finding text NOT NULL CHECK (length(btrim(finding)) > 0),
    at timestamptz NOT NULL DEFAULT now()
);

-- Which alerts reached which channels.
CREATE TABLE trail.delivery (
    alert uuid NOT NULL REFERENCES trail.alert,
    channel text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (alert, channel)
);

-- The index of the entry up to which detections have stored what they found; one row.
CREATE TABLE trail.detection (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    next bigint NOT NULL
);

CREATE VIEW trail.alert_state WITH (security_invoker = true) AS
SELECT
    alert.*,
    CASE
        WHEN closing.alert IS NOT NULL THEN 'closed' WHEN taken.alert IS NOT NULL THEN 'acknowledged' ELSE 'open'
    END AS state,
    taken.person AS acknowledged_by, taken.at AS acknowledged_at,
    closing.person AS closed_by, closing.at AS closed_at, closing.finding
FROM trail.alert AS alert
LEFT JOIN trail.acknowledgement AS taken ON taken.alert = alert.id
LEFT JOIN trail.closing AS closing ON closing.alert = alert.id;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail.alert
FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail.acknowledgement
FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trail.closing
FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse();

GRANT USAGE ON SCHEMA trail TO trustwright_detector;
GRANT EXECUTE ON FUNCTION trail.append TO trustwright_detector;
GRANT SELECT, INSERT ON trail.alert, trail.acknowledgement, trail.closing, trail.delivery TO trustwright_detector;
GRANT SELECT, INSERT, UPDATE ON trail.detection TO trustwright_detector;
GRANT SELECT ON trail.alert_state TO trustwright_detector, trustwright_reader;
GRANT SELECT ON trail.alert, trail.acknowledgement, trail.closing, trail.delivery TO trustwright_reader;
RESET ROLE;
