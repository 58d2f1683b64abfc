CREATE INDEX customer_part ON customer (merged_into) WHERE merged_into IS NOT NULL;
