//! The raw zone's socket: whatever comes over it, the vault answers or closes, and goes on.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use vault::{Basis, Category, Client, Grant, IdentityAlias, Purpose, RecordId, SealBody, SealItem};

use crate::dice::Dice;
use crate::mutate::Mutator;
use crate::world::World;
use crate::{cases, fuzz, seed};

/// One frame: its head, which holds its length and kind, and what it carries.
fn frame(from: &mut UnixStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 5];
    from.read_exact(&mut frame).ok()?;
    let length = usize::try_from(u32::from_le_bytes(frame[..4].try_into().unwrap())).unwrap();
    frame.resize(5 + length, 0);
    from.read_exact(&mut frame[5..]).ok()?;
    Some(frame)
}

/// Passes one connection on to the vault and keeps what was asked.
fn pass(mut client: UnixStream, vault: &Path, asked: &Sender<Vec<u8>>) {
    let mut vault = UnixStream::connect(vault).unwrap();
    while let Some(request) = frame(&mut client) {
        vault.write_all(&request).unwrap();
        asked.send(request).unwrap();
        let answer = frame(&mut vault).unwrap();
        client.write_all(&answer).unwrap();
    }
}

/// A request of every kind, as the app sends it, and the frames of an upload.
fn requests(root: &Path) -> Vec<Vec<u8>> {
    let (socket, between) = (root.join("run/vault.sock"), root.join("run/between.sock"));
    let listener = UnixListener::bind(&between).unwrap();
    let (asked, requests) = channel();
    let thread = std::thread::spawn(move || pass(listener.accept().unwrap().0, &socket, &asked));
    let client = Client::new(between);
    let (alias, other, record) = (IdentityAlias([7; 16]), IdentityAlias([8; 16]), RecordId([9; 32]));
    let item = |body| SealItem {
        identity: alias,
        record,
        category: Category::Message,
        time_ms: 1_750_000_000_000,
        media_type: "text/plain".to_owned(),
        name: Some("合同.pdf".to_owned()),
        body,
    };
    let place = client.seal(&[item(SealBody::Bytes("请问推车什么时候能到".into()))]).unwrap()[0];
    client.seal(&[item(SealBody::Object { sha256: [3; 32] })]).unwrap_err();
    let (purpose, basis) = (Purpose::CustomerService, Basis::Contract);
    let grant = Grant {
        identities: vec![alias],
        purpose,
        basis,
        actor: "usr_1".to_owned(),
        not_after_ms: i64::MAX,
        id: [1; 16],
    };
    client.open(&grant, &[(alias, record, place)]).unwrap();
    client.audit(&[alias], 10).unwrap();
    client.verify_audit_chain().unwrap();
    client.blocks_after(0).unwrap();
    client.sweep(&[99]).unwrap();
    client.destroy_identity(other).unwrap();
    client.sign_export(&[5; 64]).unwrap();
    client.export_key().unwrap();
    client.has_object([3; 32]).unwrap();
    client.status().unwrap();
    drop(client);
    thread.join().unwrap();
    let mut all: Vec<Vec<u8>> = requests.into_iter().collect();
    // An upload after its request (the third variant: a version byte, a 2, a hash), then pieces and an end.
    let upload = [&[34, 0, 0, 0, 1, 1, 1], &[3; 32][..], &[3, 0, 0, 0, 2], b"abc", &[0, 0, 0, 0, 3]].concat();
    all.push(upload);
    all
}

/// Sends bytes over a connection of their own and tells whether anything was answered before it ended.
fn ask(socket: &Path, bytes: &[u8]) -> bool {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The vault may close before it has read all.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("the vault neither answers nor closes"),
        _ => !answer.is_empty(),
    }
}

#[test]
fn frames_of_the_raw_zone() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::open(folder.path(), None);
    let good = requests(folder.path());
    let mut mutator = Mutator { good, words: vec!["\0", "\u{1}", "\u{7f}", "\0\0\0\0\u{1}"], dice: Dice(seed()) };
    let socket = folder.path().join("run/vault.sock");
    fuzz(
        "frames of the raw zone",
        cases(400),
        8 << 20,
        |_| {
            let mut bytes = Vec::new();
            for _ in 0..=mutator.below(3) {
                let mut frame = mutator.body();
                if frame.len() >= 5 && mutator.below(4) > 0 {
                    let length = u32::try_from(frame.len() - 5).unwrap();
                    frame[..4].copy_from_slice(&length.to_le_bytes());
                }
                bytes.extend(frame);
            }
            bytes
        },
        |bytes| ask(&socket, bytes),
    );
    world.app().vault.status().unwrap();
    world.app().vault.verify_audit_chain().unwrap();
}
