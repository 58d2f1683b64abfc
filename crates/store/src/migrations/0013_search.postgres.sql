CREATE INDEX record_change_seq ON record_change (seq);
