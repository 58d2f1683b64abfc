//! Outside formats in: CloudEvents, Segment, NDJSON, CSV.
