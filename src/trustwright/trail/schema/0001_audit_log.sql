-- The audit log: one table to search, one queue of exact bytes on their way into the tree.
-- Everything belongs to trustwright_owner; applications get trustwright_writer, which can only call trail.append.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['owner', 'writer', 'reader', 'sequencer', 'retention'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'trustwright_' || name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', 'trustwright_' || name);
        END IF;
    END LOOP;
END
$$;

GRANT trustwright_owner TO CURRENT_USER;
GRANT CREATE ON SCHEMA public TO trustwright_owner;
CREATE SCHEMA trail AUTHORIZATION trustwright_owner;
SET ROLE trustwright_owner;

-- The moment that a UUIDv7 stands for (RFC 9562, section 5.7), to the millisecond. PostgreSQL 18 reads it itself, ten
-- times faster.
DO $$
BEGIN
    IF current_setting('server_version_num')::integer >= 180000 THEN
        CREATE FUNCTION trail.moment(id uuid) RETURNS timestamptz
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN uuid_extract_timestamp(id);
    ELSE
        CREATE FUNCTION trail.moment(id uuid) RETURNS timestamptz
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN 'epoch'::timestamptz
            + ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint * interval '1 millisecond';
    END IF;
END
$$;

CREATE TABLE public.system_audit_log (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    actor_id uuid, -- no foreign key: deleting a user must not take the log with it
    actor_type text NOT NULL,
    action text NOT NULL,
    resource_type text NOT NULL,
    resource_id text,
    outcome text NOT NULL,
    ip_address inet,
    user_agent text,
    metadata jsonb,
    session_id text,
    PRIMARY KEY (id, created_at),
    CONSTRAINT moment_of_id CHECK (created_at = trail.moment(id)),
    CONSTRAINT actor_types CHECK (actor_type IN ('user', 'system', 'api_key', 'service_account')),
    CONSTRAINT actions CHECK (
        action IN ('login', 'logout', 'create', 'read', 'update', 'delete', 'export', 'permission_change')
    ),
    CONSTRAINT outcomes CHECK (outcome IN ('success', 'failure', 'error'))
) PARTITION BY RANGE (created_at);

CREATE INDEX idx_sysaudit_actor ON public.system_audit_log (actor_id, created_at);
CREATE INDEX idx_sysaudit_action ON public.system_audit_log (action, created_at);
CREATE INDEX idx_sysaudit_outcome ON public.system_audit_log (outcome) WHERE outcome = 'failure';

-- What writers numbered so far. A writer's numbers have no holes: it gets them in the transaction that uses them.
CREATE TABLE trail.writer (
    id uuid PRIMARY KEY,
    last bigint NOT NULL
) WITH (fillfactor = 50);

-- Events on their way into the tree, each as its exact canonical JSON.
CREATE TABLE trail.intake (
    arrival bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    writer uuid NOT NULL,
    number bigint NOT NULL,
    id uuid NOT NULL,
    event bytea NOT NULL
);

-- Where in the tree an event is.
CREATE TABLE trail.leaf (
    id uuid PRIMARY KEY,
    index bigint NOT NULL
);

-- How far the tree has grown; one row.
CREATE TABLE trail.tree (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    size bigint NOT NULL,
    root bytea NOT NULL
);

-- Months that were dropped by the rules, each with the leaves that it held.
CREATE TABLE trail.dropped (
    month date PRIMARY KEY,
    first_leaf bigint NOT NULL,
    last_leaf bigint NOT NULL,
    events bigint NOT NULL
);

CREATE FUNCTION trail.refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.system_audit_log
FOR EACH ROW EXECUTE FUNCTION trail.refuse();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON public.system_audit_log
FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse();

ALTER TABLE public.system_audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.system_audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY append ON public.system_audit_log FOR INSERT TO trustwright_owner WITH CHECK (true);
CREATE POLICY look ON public.system_audit_log FOR SELECT
TO trustwright_owner, trustwright_reader, trustwright_sequencer, trustwright_retention USING (true);

-- Makes the partition of each month from the last one to `ahead` months from now, and the one for all other times.
CREATE FUNCTION trail.make_partitions(ahead integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month timestamptz;
    name text;
    made integer := 0;
BEGIN
    FOR step IN -2 .. ahead LOOP
        month := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => step)) AT TIME ZONE 'UTC';
        name := CASE step WHEN -2 THEN 'system_audit_log_default'
            ELSE 'system_audit_log_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM') END;
        CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
        IF step = -2 THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.system_audit_log DEFAULT', name);
        ELSE
            EXECUTE format(
                'CREATE TABLE public.%I PARTITION OF public.system_audit_log FOR VALUES FROM (%L) TO (%L)', name,
                month, ((month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
            );
        END IF;
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE TRIGGER not_emptied BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION trail.refuse()',
            name
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Takes the next numbers of a writer and returns the one before them. A rollback gives them back.
CREATE FUNCTION trail.take_numbers(writer uuid, many integer) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before bigint;
BEGIN
    UPDATE trail.writer AS known SET last = known.last + many WHERE known.id = take_numbers.writer
    RETURNING known.last - many INTO before;
    IF NOT FOUND THEN
        INSERT INTO trail.writer AS known (id, last) VALUES (take_numbers.writer, many)
        ON CONFLICT (id) DO UPDATE SET last = known.last + excluded.last RETURNING known.last - many INTO before;
    END IF;
    RETURN before;
END
$$;

-- Records events: the only way in. An id that is there already is left alone and takes no number.
-- Returns how many were new. One plan is enough for any number of events, and making plans costs more than running them.
CREATE FUNCTION trail.append(
    writer uuid, ids uuid[], moments timestamptz[], actor_ids uuid[], actor_types text[], actions text[],
    resource_types text[], resource_ids text[], outcomes text[], addresses inet[], agents text[], metadatas jsonb[],
    sessions text[], events bytea[]
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
    fresh integer := cardinality(ids);
    before bigint;
BEGIN
    BEGIN
        before := trail.take_numbers($1, fresh);
        INSERT INTO public.system_audit_log (
            id, created_at, actor_id, actor_type, action, resource_type, resource_id, outcome, ip_address, user_agent,
            metadata, session_id
        )
        SELECT * FROM unnest(
            ids, moments, actor_ids, actor_types, actions, resource_types, resource_ids, outcomes, addresses, agents,
            metadatas, sessions
        );
        INSERT INTO trail.intake (writer, number, id, event)
        SELECT $1, before + place, one.id, one.event
        FROM unnest(ids, events) WITH ORDINALITY AS one (id, event, place);
        RETURN fresh;
    EXCEPTION WHEN unique_violation THEN
        NULL; -- some of them came before: what follows tells which, and is slower
    END;
    WITH given AS (
        SELECT * FROM unnest(
            ids, moments, actor_ids, actor_types, actions, resource_types, resource_ids, outcomes, addresses, agents,
            metadatas, sessions, events
        ) WITH ORDINALITY AS one (
            id, created_at, actor_id, actor_type, action, resource_type, resource_id, outcome, ip_address, user_agent,
            metadata, session_id, event, place
        )
    ), stored AS (
        INSERT INTO public.system_audit_log (
            id, created_at, actor_id, actor_type, action, resource_type, resource_id, outcome, ip_address, user_agent,
            metadata, session_id
        )
        SELECT
            id, created_at, actor_id, actor_type, action, resource_type, resource_id, outcome, ip_address, user_agent,
            metadata, session_id
        FROM given ON CONFLICT DO NOTHING RETURNING id
    ), chosen AS (
        SELECT DISTINCT ON (given.id) given.id, given.event, given.place FROM given JOIN stored USING (id)
        ORDER BY given.id, given.place
    ), counted AS (
        SELECT trail.take_numbers($1, (SELECT count(*)::integer FROM chosen)) AS before
    )
    INSERT INTO trail.intake (writer, number, id, event)
    SELECT $1, before + row_number() OVER (ORDER BY place), id, event FROM chosen, counted ORDER BY place;
    GET DIAGNOSTICS fresh = ROW_COUNT;
    RETURN fresh;
END
$$;

REVOKE ALL ON FUNCTION trail.append FROM PUBLIC;
REVOKE ALL ON FUNCTION trail.take_numbers FROM PUBLIC;
REVOKE ALL ON FUNCTION trail.make_partitions FROM PUBLIC;
GRANT USAGE ON SCHEMA trail TO trustwright_writer, trustwright_reader, trustwright_sequencer, trustwright_retention;
GRANT EXECUTE ON FUNCTION trail.append TO trustwright_writer, trustwright_sequencer, trustwright_retention;
GRANT EXECUTE ON FUNCTION trail.make_partitions TO trustwright_sequencer;
GRANT SELECT ON public.system_audit_log, trail.leaf, trail.tree, trail.dropped
TO trustwright_reader, trustwright_sequencer, trustwright_retention;
GRANT SELECT ON trail.writer TO trustwright_sequencer, trustwright_retention, trustwright_reader;
GRANT SELECT (id) ON trail.intake TO trustwright_retention, trustwright_reader;
GRANT SELECT, UPDATE, DELETE ON trail.intake TO trustwright_sequencer;
GRANT INSERT ON trail.leaf TO trustwright_sequencer;
GRANT INSERT, UPDATE ON trail.tree TO trustwright_sequencer;

SELECT trail.make_partitions();
RESET ROLE;
