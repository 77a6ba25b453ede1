-- What was recorded stays: the table leaves the application but not the database.
ALTER TABLE audit_log RENAME TO audit_log_retired;
