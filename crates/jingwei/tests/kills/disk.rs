//! A file layer under SQLite that knows what the disk would hold if the power failed now.
//!
//! It passes everything on to SQLite's own layer, and keeps beside it, for every file below one folder, what was flushed and
//! what was written since. Flushing itself is only noted. At a chosen operation it takes the image of a disk that lost its
//! power just before: what was flushed, and of the rest nothing, the first part, or any pieces the size of a sector. New and
//! deleted names count once their folder was flushed, which SQLite does with the first flush of a journal.

#![allow(unsafe_code, reason = "SQLite's file layer is a table of C functions")]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};

use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs};

use crate::Dice;

/// When the power fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    /// Before the n-th write, cut, flush or deletion.
    Operation(u64),
    /// Before the n-th of those that change a database file itself: its log is being written back.
    WriteBack(u64),
}

/// What a disk held when its power failed, and what had been acknowledged before.
pub(crate) struct Image {
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
    pub(crate) acknowledged: BTreeSet<u64>,
    /// How many operations it went through, and how many flushes of database files were among them.
    pub(crate) operations: u64,
    pub(crate) written_back: u64,
}

enum Change {
    Write(usize, Vec<u8>),
    Cut(usize),
}

#[derive(Default)]
struct Node {
    flushed: Vec<u8>,
    waiting: Vec<Change>,
}

/// Files below one folder: what they hold, by what names programs find them, and by what names the disk does.
struct Disk {
    /// Tells it from those before it, whose files may still be open.
    number: u64,
    root: PathBuf,
    nodes: Vec<Node>,
    names: BTreeMap<PathBuf, usize>,
    kept: BTreeMap<PathBuf, usize>,
    fails: Moment,
    dice: Dice,
    operations: u64,
    on_databases: u64,
    written_back: u64,
    acknowledged: Arc<Mutex<BTreeSet<u64>>>,
    image: Option<Image>,
}

static DISK: Mutex<Option<Disk>> = Mutex::new(None);

fn disk() -> MutexGuard<'static, Option<Disk>> {
    DISK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to watch what is below a folder; what lies there counts as flushed.
pub(crate) fn watch(root: &Path, fails: Moment, dice: Dice, acknowledged: Arc<Mutex<BTreeSet<u64>>>) {
    static LAST: AtomicU64 = AtomicU64::new(0);
    register();
    let mut new = Disk {
        number: LAST.fetch_add(1, Ordering::SeqCst),
        root: root.to_path_buf(),
        nodes: Vec::new(),
        names: BTreeMap::new(),
        kept: BTreeMap::new(),
        fails,
        dice,
        operations: 0,
        on_databases: 0,
        written_back: 0,
        acknowledged,
        image: None,
    };
    for path in files(root) {
        new.names.insert(path.clone(), new.nodes.len());
        new.nodes.push(Node { flushed: std::fs::read(path).unwrap(), waiting: Vec::new() });
    }
    new.kept = new.names.clone();
    *disk() = Some(new);
}

/// The image, once the power has failed.
pub(crate) fn failed() -> Option<Image> {
    disk().as_mut()?.image.take()
}

/// The image of a power failure at this moment, if there was none before.
pub(crate) fn fail() -> Image {
    let mut slot = disk();
    let disk = slot.as_mut().unwrap();
    disk.take_image();
    disk.image.take().unwrap()
}

/// Databases and their logs below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if [".db", ".db-wal", ".db-journal"].iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
    found
}

impl Node {
    fn flush(&mut self) {
        for change in std::mem::take(&mut self.waiting) {
            apply(&mut self.flushed, &change);
        }
    }

    /// What is left of it: all that was flushed, and of the rest what chance leaves.
    fn survives(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bytes = self.flushed.clone();
        let (way, sector) = (dice.next(4), if dice.next(2) == 0 { 512 } else { 4096 });
        let first = usize::try_from(dice.next(self.waiting.len() as u64 + 1)).unwrap();
        match way {
            0 => {}
            1 => self.waiting.iter().take(first).for_each(|change| apply(&mut bytes, change)),
            2 => self.waiting.iter().for_each(|change| apply(&mut bytes, change)),
            _ => {
                let pieces = self.waiting.iter().flat_map(|change| torn(change, sector));
                pieces.filter(|_| dice.next(2) == 0).for_each(|piece| apply(&mut bytes, &piece));
            }
        }
        bytes
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Cut(length) => bytes.resize(*length, 0),
        Change::Write(at, written) => {
            let end = at + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(written);
        }
    }
}

/// A change in pieces none of which reaches over a sector.
fn torn(change: &Change, sector: usize) -> Vec<Change> {
    let Change::Write(at, written) = change else {
        let Change::Cut(length) = change else { return Vec::new() };
        return vec![Change::Cut(*length)];
    };
    let (mut at, mut rest, mut pieces) = (*at, written.as_slice(), Vec::new());
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(rest.len().min(sector - at % sector));
        pieces.push(Change::Write(at, piece.to_vec()));
        (at, rest) = (at + piece.len(), later);
    }
    pieces
}

impl Disk {
    /// Notes an operation that is about to be done; before the chosen one the power fails.
    fn step(&mut self, on_database: bool) {
        self.operations += 1;
        self.on_databases += u64::from(on_database);
        let fails = match self.fails {
            Moment::Operation(number) => self.operations == number,
            Moment::WriteBack(number) => on_database && self.on_databases == number,
        };
        if fails {
            self.take_image();
        }
    }

    fn take_image(&mut self) {
        if self.image.is_some() {
            return;
        }
        let acknowledged = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (nodes, dice) = (&self.nodes, &mut self.dice);
        let names = if dice.next(2) == 0 { &self.kept } else { &self.names };
        let files = names.iter().map(|(path, node)| (path.clone(), nodes[*node].survives(dice))).collect();
        let (operations, written_back) = (self.operations, self.written_back);
        self.image = Some(Image { files, acknowledged, operations, written_back });
    }

    fn keep_names_of(&mut self, folder: Option<&Path>) {
        self.kept.retain(|path, _| path.parent() != folder);
        let names = self.names.iter().filter(|(path, _)| path.parent() == folder);
        self.kept.extend(names.map(|(path, node)| (path.clone(), *node)));
    }

    /// The number of the file of a name, new if there is none.
    fn node(&mut self, path: &Path) -> Option<usize> {
        if !path.starts_with(&self.root) {
            return None;
        }
        let fresh = self.nodes.len();
        let node = *self.names.entry(path.to_path_buf()).or_insert(fresh);
        if node == fresh {
            self.nodes.push(Node::default());
        }
        Some(node)
    }
}

/// A file that SQLite has open; the layer below has its own record behind this one.
#[repr(C, align(8))]
struct Open {
    base: sqlite3_file,
    /// The numbers of its disk and its node there.
    watched: Option<(u64, usize)>,
    path: *mut PathBuf,
    is_database: bool,
    /// Whether the next flush also flushes the folder.
    with_folder: bool,
}

/// Does something to the watched file behind a handle, as one operation.
fn with_node(file: *mut sqlite3_file, f: impl FnOnce(&mut Disk, usize, &mut Open)) {
    let open = unsafe { &mut *file.cast::<Open>() };
    let Some((number, node)) = open.watched else { return };
    if let Some(disk) = disk().as_mut().filter(|disk| disk.number == number) {
        disk.step(open.is_database);
        f(disk, node, open);
    }
}

fn below(file: *mut sqlite3_file) -> *mut sqlite3_file {
    unsafe { file.cast::<u8>().add(size_of::<Open>()).cast() }
}

/// Calls the layer below.
macro_rules! pass {
    ($file:expr, $method:ident $(, $value:expr)*) => {{
        let file = below($file);
        unsafe { (*(*file).pMethods).$method.map_or(ffi::SQLITE_IOERR, |method| method(file $(, $value)*)) }
    }};
}

static REAL: OnceLock<usize> = OnceLock::new();

fn real() -> *mut sqlite3_vfs {
    REAL.get().map_or(null_mut(), |address| *address as *mut sqlite3_vfs)
}

/// Puts this layer under every SQLite of this process.
fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| unsafe {
        let below = ffi::sqlite3_vfs_find(null());
        REAL.set(below as usize).unwrap();
        let mut layer = *below;
        layer.szOsFile += c_int::try_from(size_of::<Open>()).unwrap();
        layer.zName = c"failing".as_ptr();
        layer.pNext = null_mut();
        layer.xOpen = Some(open);
        layer.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(layer)), 1), ffi::SQLITE_OK);
    });
}

fn path_of(name: *const c_char) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes()))
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: *const c_char,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let record = unsafe { &mut *file.cast::<Open>() };
    record.base.pMethods = null();
    let code = unsafe { (*real()).xOpen.unwrap()(real(), name, below(file), flags, out) };
    if code != ffi::SQLITE_OK {
        return code;
    }
    let journals = ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL;
    let path = if name.is_null() { PathBuf::new() } else { path_of(name) };
    let mut slot = disk();
    let watched = slot.as_mut().and_then(|disk| Some((disk.number, disk.node(&path)?)));
    let (is_database, with_folder) = (flags & ffi::SQLITE_OPEN_MAIN_DB != 0, flags & journals != 0);
    let path = Box::into_raw(Box::new(path));
    let made = Open { base: sqlite3_file { pMethods: &raw const METHODS }, watched, path, is_database, with_folder };
    unsafe { file.cast::<Open>().write(made) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, with_folder: c_int) -> c_int {
    let path = path_of(name);
    if let Some(disk) = disk().as_mut().filter(|disk| path.starts_with(&disk.root)) {
        disk.step(false);
        disk.names.remove(&path);
        if with_folder != 0 {
            disk.keep_names_of(path.parent());
        }
    }
    unsafe { (*real()).xDelete.unwrap()(real(), name, with_folder) }
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let code = pass!(file, xClose);
    drop(unsafe { Box::from_raw((*file.cast::<Open>()).path) });
    code
}

unsafe extern "C" fn read(file: *mut sqlite3_file, to: *mut c_void, length: c_int, at: sqlite3_int64) -> c_int {
    pass!(file, xRead, to, length, at)
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, length: c_int, at: sqlite3_int64) -> c_int {
    with_node(file, |disk, node, _| {
        let length = usize::try_from(length).unwrap_or(0);
        let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), length) }.to_vec();
        disk.nodes[node].waiting.push(Change::Write(usize::try_from(at).unwrap_or(0), bytes));
    });
    pass!(file, xWrite, from, length, at)
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    with_node(file, |disk, node, _| {
        disk.nodes[node].waiting.push(Change::Cut(usize::try_from(length).unwrap_or(0)));
    });
    pass!(file, xTruncate, length)
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, _: c_int) -> c_int {
    with_node(file, |disk, node, open| {
        disk.nodes[node].flush();
        disk.written_back += u64::from(open.is_database);
        if std::mem::take(&mut open.with_folder) {
            disk.keep_names_of(unsafe { &*open.path }.parent());
        }
    });
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_size(file: *mut sqlite3_file, size: *mut sqlite3_int64) -> c_int {
    pass!(file, xFileSize, size)
}

unsafe extern "C" fn lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    pass!(file, xUnlock, level)
}

unsafe extern "C" fn check_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    pass!(file, xCheckReservedLock, out)
}

/// Logs are written back as often as SQLite does by itself, every 1000 pages, so that it happens within a short run.
unsafe extern "C" fn control(file: *mut sqlite3_file, what: c_int, value: *mut c_void) -> c_int {
    if what == ffi::SQLITE_FCNTL_PRAGMA {
        let name = unsafe { *value.cast::<*const c_char>().add(1) };
        if !name.is_null() && unsafe { CStr::from_ptr(name) } == c"wal_autocheckpoint" {
            return ffi::SQLITE_OK;
        }
    }
    pass!(file, xFileControl, what, value)
}

unsafe extern "C" fn sector_size(file: *mut sqlite3_file) -> c_int {
    pass!(file, xSectorSize)
}

unsafe extern "C" fn characteristics(file: *mut sqlite3_file) -> c_int {
    pass!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shared_map(
    file: *mut sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    pass!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shared_lock(file: *mut sqlite3_file, at: c_int, count: c_int, flags: c_int) -> c_int {
    pass!(file, xShmLock, at, count, flags)
}

unsafe extern "C" fn shared_barrier(file: *mut sqlite3_file) {
    let file = below(file);
    if let Some(method) = unsafe { (*(*file).pMethods).xShmBarrier } {
        unsafe { method(file) };
    }
}

unsafe extern "C" fn shared_unmap(file: *mut sqlite3_file, delete: c_int) -> c_int {
    pass!(file, xShmUnmap, delete)
}

static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_lock),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shared_map),
    xShmLock: Some(shared_lock),
    xShmBarrier: Some(shared_barrier),
    xShmUnmap: Some(shared_unmap),
    xFetch: None,
    xUnfetch: None,
};
