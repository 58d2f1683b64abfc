//! The ZIP as it streams out, and the sum of every file in it.

use std::io::{self, Write};

use base::{TimeZone, Timestamp};
use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::manifest::{File, hex};
use crate::OpError;
use crate::error::Fault;

/// A ZIP that is written once, from front to back. File names in it are always ours.
pub(super) struct Archive<'o> {
    zip: ZipWriter<StreamWriter<&'o mut dyn Write>>,
    options: SimpleFileOptions,
    path: String,
    size: u64,
    sum: Sha256,
    files: Vec<File>,
}

/// The reader went away, or the disk is full.
pub(super) fn interrupted(_: io::Error) -> OpError {
    OpError::new(Fault::Later, "export_interrupted", "导出中断，请重新导出", "the export broke off; start it again")
}

impl<'o> Archive<'o> {
    pub(super) fn new(out: &'o mut dyn Write, now: Timestamp, zone: &TimeZone) -> Self {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let options = options.last_modified_time(modified(now, zone)).unix_permissions(0o644);
        let (path, sum) = (String::new(), Sha256::new());
        Self { zip: ZipWriter::new_stream(out), options, path, size: 0, sum, files: Vec::new() }
    }

    /// Begins a file. `large` is for those that may exceed 4 GiB.
    pub(super) fn begin(&mut self, path: &str, large: bool) -> Result<(), OpError> {
        self.zip.start_file(path, self.options.large_file(large)).map_err(|error| interrupted(error.into()))?;
        path.clone_into(&mut self.path);
        (self.size, self.sum) = (0, Sha256::new());
        Ok(())
    }

    /// Ends the file begun last; `file` says what it is, and gets its path, size and hash here.
    pub(super) fn end(&mut self, file: File) {
        let sha256 = hex(&std::mem::take(&mut self.sum).finalize());
        self.files.push(File { path: std::mem::take(&mut self.path), size: self.size, sha256, ..file });
    }

    /// A whole file that is at hand.
    pub(super) fn put(&mut self, path: &str, file: File, bytes: &[u8]) -> Result<(), OpError> {
        self.begin(path, false)?;
        self.write_all(bytes).map_err(interrupted)?;
        self.end(file);
        Ok(())
    }

    /// The files so far.
    pub(super) fn files(&self) -> &[File] {
        &self.files
    }

    /// Writes the directory at the end.
    pub(super) fn finish(self) -> Result<Vec<File>, OpError> {
        self.zip.finish().map_err(|error| interrupted(error.into()))?;
        Ok(self.files)
    }
}

impl Write for Archive<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.zip.write_all(bytes)?;
        self.sum.update(bytes);
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

fn modified(now: Timestamp, zone: &TimeZone) -> DateTime {
    let at = now.to_zoned(zone);
    let byte = |number: i8| u8::try_from(number).unwrap_or(1);
    let year = u16::try_from(at.year()).unwrap_or(1980);
    let read = DateTime::from_date_and_time(
        year,
        byte(at.month()),
        byte(at.day()),
        byte(at.hour()),
        byte(at.minute()),
        byte(at.second()),
    );
    read.unwrap_or_default()
}
