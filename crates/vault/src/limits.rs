//! Every limit in one place.

/// Bytes of one message on the socket.
pub const FRAME_BYTES: usize = 64 << 20;
/// Items sealed in one call.
pub const SEAL_ITEMS: usize = 10_000;
/// Bytes of one record sealed inside a block.
pub const RECORD_BYTES: usize = 8 << 20;
/// Bytes of a media type, file name or actor.
pub const TEXT_BYTES: usize = 1_024;
/// Bytes of one attachment.
pub const OBJECT_BYTES: u64 = 1 << 30;
/// Records opened in one call.
pub const OPEN_ITEMS: usize = 1_000;
/// Bytes opened in one call.
pub const OPEN_BYTES: u64 = 32 << 20;
/// Identities named by one grant or asked about in one call.
pub const IDENTITIES: usize = 1_000;
/// Audit rows or block numbers in one answer.
pub const ROWS: usize = 100_000;
/// Bytes of a message to be signed.
pub const SIGNED_BYTES: usize = 4_096;
/// Connections at a time.
pub const CONNECTIONS: usize = 64;
/// Bytes of one piece of a streamed body.
pub const PIECE_BYTES: usize = 256 << 10;
/// Seconds one side waits for the other in the middle of a message.
pub const EXCHANGE_S: u64 = 30;
/// Seconds a silent connection is kept.
pub const IDLE_S: u64 = 300;
/// Milliseconds an uploaded object waits to be bound.
pub const UNBOUND_MS: i64 = 24 * 3_600_000;
/// Seconds between two sweeps of unbound objects.
pub const SWEEP_S: u64 = 600;
/// Jobs waiting for the sealing thread.
pub const QUEUE: usize = 64;
/// Items sealed under one flush.
pub const GROUP_ITEMS: usize = 20_000;
