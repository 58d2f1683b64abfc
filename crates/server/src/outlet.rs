//! Files that go out while they are being written.

use std::io::Write;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use ops::OpError;
use tokio_stream::wrappers::ReceiverStream;

/// A writer whose bytes go out as they come.
struct Outlet(tokio::sync::mpsc::Sender<Result<Vec<u8>, std::io::Error>>);

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.blocking_send(Ok(bytes.to_vec())).map_err(|_| std::io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An answer that is a file of this name, as `write` writes it on a thread of its own. Where that fails the answer breaks off.
pub(crate) fn stream(
    name: &str,
    media_type: &'static str,
    write: impl FnOnce(&mut dyn Write) -> Result<(), OpError> + Send + 'static,
) -> Response {
    let (send, receive) = tokio::sync::mpsc::channel(16);
    tokio::task::spawn_blocking(move || {
        let mut out = std::io::BufWriter::with_capacity(1 << 16, Outlet(send.clone()));
        let done = write(&mut out);
        if done.is_err() || out.flush().is_err() {
            send.blocking_send(Err(std::io::Error::other("the export broke off"))).ok();
        }
    });
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, axum::body::Body::from_stream(ReceiverStream::new(receive))).into_response()
}
