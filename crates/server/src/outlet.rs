//! Files that go out while they are being written.

use std::io::{Error, ErrorKind, Result, Write};
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use ops::OpError;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;

use crate::state::Server;

/// How many parts may wait to be taken, and for how long.
const AHEAD: usize = 16;
const PATIENCE: Duration = Duration::from_secs(60);
/// How large a part is, in bytes.
const PART: usize = 1 << 16;

/// A writer whose bytes go out as they come. Whoever does not take them for long gets no more.
struct Outlet {
    taker: Sender<Result<Vec<u8>>>,
    runtime: Handle,
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let sent = self.runtime.block_on(timeout(PATIENCE, self.taker.send(Ok(bytes.to_vec()))));
        sent.map_err(|_| ErrorKind::TimedOut)?.map_err(|_| ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// An answer that is a file of this name, as `write` writes it on a thread of its own, once there is room. Where that fails the answer breaks off.
pub(crate) async fn stream(
    server: &Server,
    name: &str,
    media_type: &'static str,
    write: impl FnOnce(&mut dyn Write) -> std::result::Result<(), OpError> + Send + 'static,
) -> Response {
    let room = std::sync::Arc::clone(&server.exporting).acquire_owned().await;
    let (taker, parts) = channel(AHEAD);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut out = std::io::BufWriter::with_capacity(PART, Outlet { taker: taker.clone(), runtime });
        let done = write(&mut out);
        if done.is_err() || out.flush().is_err() {
            taker.try_send(Err(Error::other("the export broke off"))).ok();
        }
        drop(room);
    });
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, axum::body::Body::from_stream(ReceiverStream::new(parts))).into_response()
}
