CREATE TABLE audit_log (
  "id" TEXT PRIMARY KEY,
  "createdAt" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "actorId" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "target" TEXT NOT NULL,
  "ip" TEXT,
  "detail" JSONB
);

CREATE INDEX audit_log_actor ON audit_log ("actorId", "createdAt");

CREATE FUNCTION keep_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_log only grows';
END;
$$;

CREATE TRIGGER audit_log_keep
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_log();

REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM shop_app;
