ALTER TABLE record_key ADD COLUMN personal BLOB;
