use std::io::{self, Read, Write};
use std::process::Command;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use vault::*;

use crate::support::*;

/// A grant by the system's clock.
fn lasting(identities: &[u8]) -> Grant {
    Grant { not_after_ms: i64::MAX, ..grant(identities) }
}

#[test]
fn what_was_acknowledged_outlives_a_killed_vault() {
    let home = Home::new();
    let acknowledged = Mutex::new(Vec::new());
    for round in 0..4u32 {
        let mut process = home.spawn(None);
        thread::scope(|scope| {
            for worker in 0..3u32 {
                let (home, acknowledged) = (&home, &acknowledged);
                scope.spawn(move || {
                    let client = home.client();
                    for batch in 0.. {
                        let first = (round * 3 + worker) * 1_000_000 + batch * 20;
                        let identity = (batch % 40) as u8;
                        let items: Vec<_> =
                            (first..first + 20).map(|n| text(identity, n, &format!("body {n}"))).collect();
                        match client.seal(&items) {
                            Ok(places) => acknowledged.lock().unwrap().push((items, places)),
                            Err(error) => return assert_eq!(error, VaultError::Unavailable),
                        }
                    }
                });
            }
            thread::sleep(Duration::from_millis(150 + 90 * u64::from(round)));
            process.0.kill().unwrap();
        });
    }
    let _process = home.spawn(None);
    let client = home.client();
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 20, "only {} batches", acknowledged.len());
    for (items, places) in &acknowledged {
        let identity = items[0].identity.0[0];
        let opened = client.open(&lasting(&[identity]), &refs(items, places)).unwrap();
        assert!(items.iter().zip(opened).all(|(item, opened)| item.body == SealBody::Bytes(opened.body)));
    }
    let blocks = client.blocks_after(0).unwrap();
    let lost = blocks.iter().filter(|block| !acknowledged.iter().any(|(_, places)| places[0].block == **block));
    println!("{} batches acknowledged and opened, {} blocks unacknowledged", acknowledged.len(), lost.count());
    for database in ["raw.db", "keys.db", "audit.db"] {
        let db = Connection::open(home.file(database)).unwrap();
        let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
    }
    client.verify_audit_chain().unwrap();
}

#[test]
fn the_vault_process_reaches_nothing_but_its_folders() {
    let home = Home::new();
    let VaultConfig { raw_dir, key_file, .. } = &home.config;
    let parent = home.folder.path();
    let own_file = raw_dir.join("raw.db");
    let paths = ["/etc/passwd".as_ref(), parent, key_file, "/proc/self/environ".as_ref(), &own_file];
    let probes = std::env::join_paths(paths).unwrap().into_string().unwrap();
    let _process = home.spawn(Some(&probes));
    let client = home.client();
    let status = client.status().unwrap();
    let holds = |what: &str| status.isolation.details.iter().any(|measure| measure.what == what && measure.ok);
    // The clock's bits come back as the time of a denied opening.
    client.open(&grant(&[]), &[(alias(1), record(1), RawRef { block: 1, index: 0 })]).unwrap_err();
    let seen = client.audit(&[], 1).unwrap()[0].time_ms;
    assert_eq!(seen >> 21 & 1, 0, "not dumpable");
    assert!(holds("not dumpable") && holds("no core dumps") && holds("no new privileges"));
    if !holds("sandbox") {
        println!("skipped: this kernel has no Landlock: {:?}", status.isolation);
        return;
    }
    assert_eq!(status.isolation.level, IsolationLevel::Landlock, "{:?}", status.isolation);
    assert_eq!(seen & 0b1111, 0, "nothing outside opens");
    assert_eq!(seen >> 4 & 1, 1, "its own files do");
    assert_eq!(seen >> 20 & 1, 0, "no network");
}

#[test]
fn the_app_process_reaches_neither_raw_folder_nor_key_file() {
    let home = Home::new();
    drop(home.serve());
    let own = home.folder.path().join("master");
    std::fs::create_dir(&own).unwrap();
    let VaultConfig { raw_dir, key_file, .. } = &home.config;
    let app = |folder: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vault-alone"));
        command.arg("app").args([folder, raw_dir, key_file]).status().unwrap().success()
    };
    if !std::fs::exists("/sys/kernel/security/landlock").unwrap_or(false) && !app(&own) {
        println!("skipped: this kernel has no Landlock");
        return;
    }
    assert!(app(&own));
    assert!(!app(home.folder.path()), "an allowed folder that holds the raw zone is reported");
}

/// As many bytes as asked for, made as they are read.
struct Made {
    left: usize,
    state: u64,
}

impl Read for Made {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.left);
        for byte in &mut buffer[..length] {
            self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (self.state >> 56) as u8;
        }
        self.left -= length;
        Ok(length)
    }
}

struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn fifty_megabytes_pass_through_flat_memory() {
    let made = || Made { left: 50 << 20, state: 1 };
    let mut hash = Hashed(Sha256::new());
    io::copy(&mut made(), &mut hash).unwrap();
    let sha256: [u8; 32] = hash.0.finalize().into();
    let home = Home::new();
    let process = home.spawn(None);
    let client = home.client();
    let item = SealItem { body: SealBody::Object { sha256 }, ..text(1, 1, "") };
    let before = process.kilobytes("VmHWM");
    assert_eq!(client.put_object([9; 32], &mut made()), Err(VaultError::HashMismatch));
    assert_eq!(client.put_object(sha256, &mut made()), Ok(PutOutcome::Stored));
    let wanted = refs(std::slice::from_ref(&item), &client.seal(std::slice::from_ref(&item)).unwrap());
    let over = client.open(&lasting(&[1]), &wanted).unwrap_err();
    assert_eq!(over, VaultError::Limit { what: Limited::OpenBytes, max: limits::OPEN_BYTES });
    let mut back = Hashed(Sha256::new());
    let meta = client.open_stream(&lasting(&[1]), wanted[0], &mut back).unwrap();
    assert_eq!((meta.bytes, <[u8; 32]>::from(back.0.finalize())), (50 << 20, sha256));
    let grown = process.kilobytes("VmHWM") - before;
    println!("peak memory grew by {grown} kB from {before} kB");
    assert!(grown < 8_192);
}
