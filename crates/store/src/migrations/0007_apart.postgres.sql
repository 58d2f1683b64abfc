CREATE INDEX apart_b ON apart (b);
