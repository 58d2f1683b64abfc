//! Use cases, one function each, for API and command line.
