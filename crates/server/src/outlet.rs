//! Files that go out while they are being written.

use std::io::{Error, ErrorKind, Result, Write};
use std::time::Duration;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ops::OpError;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::error::ApiError;
use crate::state::Server;

/// How many parts may wait to be taken, and for how long.
const AHEAD: usize = 16;
const PATIENCE: Duration = Duration::from_secs(60);
/// How large a part is, in bytes.
const PART: usize = 1 << 16;

/// A writer whose bytes go out as they come. Whoever does not take them for long gets no more.
struct Outlet<E> {
    taker: Sender<std::result::Result<Vec<u8>, E>>,
    runtime: Handle,
}

impl<E> Write for Outlet<E> {
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
    let parts = written(server, write, |_| Error::other("the export broke off")).await;
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(ReceiverStream::new(parts))).into_response()
}

/// The parts of what `write` writes on a thread of its own, once there is room; `failed` makes the last of them where it fails.
async fn written<E: Send + 'static>(
    server: &Server,
    write: impl FnOnce(&mut dyn Write) -> std::result::Result<(), OpError> + Send + 'static,
    failed: impl FnOnce(Option<OpError>) -> E + Send + 'static,
) -> Receiver<std::result::Result<Vec<u8>, E>> {
    let room = std::sync::Arc::clone(&server.exporting).acquire_owned().await;
    let (taker, parts) = channel(AHEAD);
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut out = std::io::BufWriter::with_capacity(PART, Outlet { taker: taker.clone(), runtime });
        let done = write(&mut out).map_err(Some).and_then(|()| out.flush().map_err(|_| None));
        if let Err(error) = done {
            taker.try_send(Err(failed(error))).ok();
        }
        drop(room);
    });
    parts
}

/// The body that `write` writes, once its first part is there: what fails before it is answered as an error, what fails later breaks the answer off.
pub(crate) async fn begun(
    server: &Server,
    write: impl FnOnce(&mut dyn Write) -> std::result::Result<(), OpError> + Send + 'static,
) -> std::result::Result<Body, ApiError> {
    let failed = |error: Option<OpError>| error.map_or_else(ApiError::broken, ApiError::from);
    let mut parts = written(server, write, failed).await;
    let Some(first) = parts.recv().await else { return Ok(Body::empty()) };
    let broken = |part: std::result::Result<Vec<u8>, ApiError>| part.map_err(|_| Error::other("it broke off"));
    let rest = ReceiverStream::new(parts).map(broken);
    Ok(Body::from_stream(tokio_stream::once(Ok(first?)).chain(rest)))
}
