//! Believable companies and measured workloads, from a seed.
