-- Search by resource and by words of the metadata. Kept up at each insert, the one index would cost 1.36 times and the
-- other 1.95 times the server's CPU of a plain insert, and the write path may cost 1.3 times: so the month that is being
-- written has neither, and gets both when it is over.

SET ROLE trustwright_owner;

-- Makes the search indexes of one finished month that lacks them, the newest first; returns its name, or null when all
-- have them. Events that come late for this month wait meanwhile; those of other months do not.
CREATE FUNCTION trail.index_month() RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month text;
BEGIN
    SELECT child.relname INTO month
    FROM pg_inherits AS link JOIN pg_class AS child ON child.oid = link.inhrelid
    WHERE link.inhparent = 'public.system_audit_log'::regclass
    AND child.relname ~ '^system_audit_log_[0-9]{4}_[0-9]{2}$'
    AND child.relname < 'system_audit_log_' || to_char(now() AT TIME ZONE 'UTC' - interval '1 day', 'YYYY_MM')
    AND to_regclass('public.' || quote_ident(child.relname || '_words')) IS NULL
    ORDER BY child.relname DESC LIMIT 1;
    IF month IS NOT NULL THEN
        EXECUTE format(
            'CREATE INDEX %I ON public.%I USING gin (jsonb_to_tsvector(''simple'', metadata, ''["all"]''))',
            month || '_words', month
        );
        EXECUTE format('CREATE INDEX %I ON public.%I (resource_type, resource_id, created_at)', month || '_resource', month);
    END IF;
    RETURN month;
END
$$;

REVOKE ALL ON FUNCTION trail.index_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION trail.index_month TO trustwright_sequencer, trustwright_retention;
RESET ROLE;
