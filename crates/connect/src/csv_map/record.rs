//! Records of a file: the cells' bytes and the line they begin at.

use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};

use csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use domain::{Rejection, RejectionCode};

use super::mapping::Format;
use crate::limits;

/// A file without its byte order mark and with a line feed at its end, at most [`limits::RECORD_BYTES`] for
/// one record.
struct Bounded<R> {
    inner: Chain<Chain<Cursor<Vec<u8>>, R>, &'static [u8]>,
    left: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read).ok_or(ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

enum Shape<R: Read> {
    Delimited(Box<Reader<BufReader<Bounded<R>>>>),
    Blanks(BufReader<Bounded<R>>, Vec<u8>),
}

/// A file's records, one after another.
pub(super) struct Records<R: Read> {
    shape: Shape<R>,
    /// The line that the next record begins at, or nearly: blank lines may come first.
    line: usize,
}

impl<R: Read> Records<R> {
    /// Opens a file and passes over the lines before its header.
    pub(super) fn open(mut file: R, format: &Format) -> Result<Self, Rejection> {
        let mut head = Vec::new();
        file.by_ref().take(3).read_to_end(&mut head).map_err(|error| unreadable(&error))?;
        if head == b"\xef\xbb\xbf" {
            head.clear();
        }
        let whole = Bounded { inner: Cursor::new(head).chain(file).chain(&b"\n"[..]), left: limits::RECORD_BYTES };
        let mut reader = BufReader::new(whole);
        let mut buffer = Vec::new();
        for _ in 0..format.skip_lines {
            read_line(&mut reader, &mut buffer)?;
        }
        let shape = match format.delimiter_byte() {
            Some(delimiter) => Shape::Delimited(Box::new(delimited(reader, delimiter))),
            None => Shape::Blanks(reader, buffer),
        };
        Ok(Self { shape, line: format.skip_lines + 1 })
    }

    /// The line that was come to.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// Reads the next record that is not blank; the line it begins at, or none at the end.
    pub(super) fn next(&mut self, record: &mut ByteRecord) -> Result<Option<usize>, Rejection> {
        loop {
            match self.any(record)? {
                Some(_) if record.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
                found => return Ok(found),
            }
        }
    }

    fn any(&mut self, record: &mut ByteRecord) -> Result<Option<usize>, Rejection> {
        let (is_some, lines, own_lines) = match &mut self.shape {
            Shape::Delimited(reader) => {
                reader.get_mut().get_mut().left = limits::RECORD_BYTES;
                let before = reader.position().line();
                let is_some = reader.read_byte_record(record).map_err(|error| malformed(&error))?;
                let after = reader.position().line();
                let inside = record.as_slice().iter().filter(|byte| **byte == b'\n').count();
                (is_some, usize::try_from(after - before).unwrap_or(0), inside + 1)
            }
            Shape::Blanks(reader, buffer) => {
                let is_some = read_line(reader, buffer)?;
                record.clear();
                buffer
                    .split(u8::is_ascii_whitespace)
                    .filter(|cell| !cell.is_empty())
                    .for_each(|cell| record.push_field(cell));
                (is_some, usize::from(is_some), 1)
            }
        };
        // What the reader passed over and the record does not have were blank lines before it.
        let begins = self.line + lines.saturating_sub(own_lines);
        self.line += lines;
        Ok(is_some.then_some(begins))
    }
}

/// A line ends at its line feed, so that lines are counted as editors count them; a carriage return before
/// it goes with the blanks around the last cell.
fn delimited<R: Read>(reader: BufReader<Bounded<R>>, delimiter: u8) -> Reader<BufReader<Bounded<R>>> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).terminator(Terminator::Any(b'\n'));
    builder.from_reader(reader)
}

fn read_line<R: Read>(reader: &mut BufReader<Bounded<R>>, buffer: &mut Vec<u8>) -> Result<bool, Rejection> {
    reader.get_mut().left = limits::RECORD_BYTES;
    buffer.clear();
    let read = reader.read_until(b'\n', buffer).map_err(|error| unreadable(&error))?;
    Ok(read > 0)
}

fn malformed(error: &csv::Error) -> Rejection {
    match error.kind() {
        csv::ErrorKind::Io(error) => unreadable(error),
        _ => Rejection::new(RejectionCode::Syntax, "file", "表格格式有误", "the table is malformed"),
    }
}

fn unreadable(error: &io::Error) -> Rejection {
    if error.kind() == ErrorKind::FileTooLarge {
        return Rejection::new(
            RejectionCode::TooLarge,
            "file",
            "一行或整个文件超过上限；可能有引号没有闭合",
            "a record or the whole file is over its limit; a quote may be left open",
        );
    }
    Rejection::new(RejectionCode::Syntax, "file", "文件读取失败或已损坏", "the file cannot be read or is damaged")
}
