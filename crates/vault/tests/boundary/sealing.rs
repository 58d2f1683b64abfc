use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;

use rusqlite::Connection;
use vault::*;

use crate::support::*;

#[test]
fn what_goes_in_comes_out_in_order() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let mut items: Vec<SealItem> =
        (0..500).map(|number| text((number % 7) as u8, number, &format!("第{number}条"))).collect();
    items[3].name = Some("合同 最终版.pdf".into());
    items[4].category = Category::Call;
    items[5].body = SealBody::Bytes(Vec::new());
    items[6].time_ms = -1;
    let places = client.seal(&items).unwrap();
    let opened = client.open(&grant(&[0, 1, 2, 3, 4, 5, 6]), &refs(&items, &places)).unwrap();
    for (item, opened) in items.iter().zip(&opened) {
        let OpenedMeta { identity, record, category, time_ms, media_type, name, bytes } = opened.meta.clone();
        assert_eq!(SealBody::Bytes(opened.body.clone()), item.body);
        assert_eq!((identity, record, category), (item.identity, item.record, item.category));
        assert_eq!((time_ms, &media_type, &name), (item.time_ms, &item.media_type, &item.name));
        assert_eq!(bytes, opened.body.len() as u64);
    }
    let status = client.status().unwrap();
    assert_eq!((status.records, status.blocks, status.identities), (500, 1, 7));
    assert!(client.seal(&[]).unwrap().is_empty());
}

#[test]
fn planted_markers_are_in_no_file() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let markers: Vec<String> = (0..50).map(|number| format!("MARKER-{number:02}-张三丰-13900001234")).collect();
    let mut items: Vec<SealItem> = markers.iter().zip(0..).map(|(marker, number)| text(1, number, marker)).collect();
    items.iter_mut().zip(&markers).skip(25).for_each(|(item, marker)| {
        item.body = SealBody::Bytes("x".into());
        item.name = Some(format!("{marker}.docx"));
    });
    items[24].media_type = format!("text/{}", markers[24]);
    client.seal(&items).unwrap();
    let object = markers.concat().repeat(40);
    let sha256 = objects_hash(object.as_bytes());
    client.put_object(sha256, &mut object.as_bytes()).unwrap();
    client.open(&grant(&[2]), &[(alias(1), record(0), RawRef { block: 1, index: 0 })]).unwrap_err();

    let found = files(&home.config.raw_dir);
    let wal = found.iter().find(|path| path.ends_with("raw.db-wal")).unwrap();
    assert!(wal.metadata().unwrap().len() > 0, "the log is there to be scanned");
    assert!(found.len() >= 8);
    for marker in &markers {
        assert_eq!(occurrences(&found, marker.as_bytes()), 0, "{marker}");
    }
    assert_eq!(occurrences(&found, &sha256), 0, "an object's hash would tell which known file it is");
}

pub(crate) fn objects_hash(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).into()
}

#[test]
fn swapped_blocks_do_not_open() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let items = [text(1, 1, "one"), text(1, 2, "two")];
    let places = [client.seal(&items[..1]).unwrap()[0], client.seal(&items[1..]).unwrap()[0]];
    let db = Connection::open(home.file("raw.db")).unwrap();
    let body =
        |id: u64| -> Vec<u8> { db.query_row("SELECT body FROM blocks WHERE id = ?1", [id], |row| row.get(0)).unwrap() };
    let (one, two) = (body(places[0].block), body(places[1].block));
    let put = |id: u64, body: &[u8]| db.execute("UPDATE blocks SET body = ?2 WHERE id = ?1", (id, body)).unwrap();
    put(places[0].block, &two);
    let wanted = refs(&items[..1], &places[..1]);
    assert_eq!(client.open(&grant(&[1]), &wanted), Err(VaultError::Missing { index: 0 }));

    // The other record's ciphertext under this record's name: header of one, everything else of
    // two.
    let name = 17 + 16..17 + 16 + 32;
    let mut forged = two.clone();
    forged[name.clone()].copy_from_slice(&one[name]);
    put(places[0].block, &forged);
    assert_eq!(client.open(&grant(&[1]), &wanted), Err(VaultError::Tampered { index: 0 }));
    put(places[0].block, &one);
    assert_eq!(client.open(&grant(&[1]), &wanted).unwrap()[0].body, b"one");
}

#[test]
fn a_copy_without_the_key_file_opens_nothing() {
    let home = Home::new();
    drop((home.serve(), home.client().seal(&[text(1, 1, "secret")]).unwrap()));
    let key = std::fs::metadata(&home.config.key_file).unwrap();
    assert_eq!(key.mode() & 0o777, 0o600);
    assert!(!files(&home.config.raw_dir).contains(&home.config.key_file));

    let is_log = |file: &std::path::PathBuf| file.to_string_lossy().ends_with("-wal");
    for _ in 0..500 {
        if !files(&home.config.raw_dir).iter().any(is_log) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10)); // a session ends after its client
    }
    let mut thief = Home::new();
    let command =
        std::process::Command::new("cp").arg("-r").args([&home.config.raw_dir, &thief.config.raw_dir]).status();
    assert!(command.unwrap().success());
    assert!(matches!(thief.open(), Err(StartError::KeyFileMissing(_))));
    let other = Home::new();
    drop(other.serve());
    thief.config.key_file = other.config.key_file.clone();
    assert!(matches!(thief.open(), Err(StartError::WrongKeyFile)));
    thief.config.key_file = home.config.key_file.clone();
    assert!(thief.open().is_ok(), "with the key it is the same vault");

    std::fs::set_permissions(&home.config.key_file, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    assert!(matches!(home.open(), Err(StartError::KeyFileOpen(_))));
}

#[test]
fn one_folder_has_one_vault_and_its_own_user() {
    let mut home = Home::new();
    let serving = home.serve();
    assert!(matches!(home.open(), Err(StartError::AlreadyRunning)));
    let socket = std::fs::metadata(&home.config.socket_path).unwrap();
    let folder = std::fs::metadata(home.config.socket_dir()).unwrap();
    assert_eq!((socket.mode() & 0o777, folder.mode() & 0o777), (0o600, 0o700));
    let client = home.client();
    client.status().unwrap();
    drop(serving);
    assert_eq!(client.status(), Err(VaultError::Unavailable), "stopped");

    let own = rustix_uid();
    home.config.app_uid = Some(own + 1);
    let other = home.serve();
    assert_eq!(client.status(), Err(VaultError::Unavailable), "another user's vault");
    drop(other);
    home.config.app_uid = Some(own);
    std::fs::set_permissions(home.config.socket_dir(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert!(matches!(home.open(), Err(StartError::SocketDirOpen(_))));
    std::fs::set_permissions(home.config.socket_dir(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let _serving = home.serve();
    client.status().expect("the same client finds the new vault");
}

fn rustix_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[test]
fn limits_refuse_and_nonsense_ends_only_its_own_connection() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let mut large = text(1, 1, "");
    large.body = SealBody::Bytes(vec![0; limits::RECORD_BYTES + 1]);
    let over = client.seal(&[large]).unwrap_err();
    assert_eq!(over, VaultError::Limit { what: Limited::RecordBytes, max: limits::RECORD_BYTES as u64 });
    let many = vec![text(1, 1, ""); limits::SEAL_ITEMS + 1];
    assert_eq!(client.seal(&many).unwrap_err().code(), "vault_limit");
    assert_eq!(client.status().unwrap().blocks, 0);

    let nonsense: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xff; 64],
        &[4, 0, 0, 0, 1, 1, 0xff, 0xff, 0xff],
        &[0, 0, 0, 0, 2],
        &[1, 0, 0, 0, 1, 9],
    ];
    for bytes in nonsense {
        let mut stream = UnixStream::connect(&home.config.socket_path).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // An unread rest may turn the end into a reset; the answer has come by then.
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(answer.get(4..), Some(&[1, 1, 0, 9][..]), "a protocol fault, then the end");
    }
    drop(UnixStream::connect(&home.config.socket_path).unwrap().write_all(&[200, 0, 0, 0, 1, 1]));
    assert_eq!(client.seal(&[text(1, 1, "still here")]).unwrap().len(), 1);
}

#[test]
fn orphans_are_listed_and_swept() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let seal = |number| client.seal(&[text(1, number, "x")]).unwrap()[0].block;
    let (logged, lost, last) = (seal(1), seal(2), seal(3));
    assert_eq!(client.blocks_after(logged).unwrap(), [lost, last]);
    assert_eq!(client.sweep(&[lost, last, 999]).unwrap(), 2);
    assert_eq!(client.blocks_after(0).unwrap(), [logged]);
    assert!(seal(4) > last, "a swept block's number never comes again");
    assert_eq!(client.audit(&[], 1).unwrap()[0].act, AuditAct::Swept);
}

#[test]
fn exports_are_signed_with_a_key_that_stays() {
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};
    let home = Home::new();
    let serving = home.serve();
    let client = home.client();
    let public = client.export_key().unwrap();
    let signature = Signature::from_bytes(&client.sign_export(&[5; 64]).unwrap());
    VerifyingKey::from_bytes(&public).unwrap().verify(&[5; 64], &signature).unwrap();
    assert!(VerifyingKey::from_bytes(&public).unwrap().verify(&[6; 64], &signature).is_err());
    drop(serving);
    let _serving = home.serve();
    assert_eq!(client.export_key().unwrap(), public);
}
