use std::sync::atomic::Ordering;

use vault::*;

use crate::sealing::objects_hash;
use crate::support::*;

fn attachment(identity: u8, number: u32, sha256: [u8; 32]) -> SealItem {
    let name = Some("录音.mp3".into());
    let body = SealBody::Object { sha256 };
    SealItem { category: Category::Attachment, name, body, ..text(identity, number, "") }
}

#[test]
fn an_attachment_comes_back_whole_from_either_of_two_records() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    for size in [0, 1, 65_535, 65_536, 65_537, 300_000] {
        let bytes: Vec<u8> = (0..size).map(|at: u32| (at * 7 + size) as u8).collect();
        let sha256 = objects_hash(&bytes);
        assert_eq!(client.put_object(sha256, &mut &bytes[..]), Ok(PutOutcome::Stored));
        assert_eq!(client.put_object(sha256, &mut &bytes[..]), Ok(PutOutcome::AlreadyThere));
        let items = [attachment(1, size, sha256), attachment(2, size, sha256)];
        let wanted = refs(&items, &client.seal(&items).unwrap());
        let opened = client.open(&grant(&[1, 2]), &wanted).unwrap();
        assert!(opened.iter().all(|opened| opened.body == bytes && opened.meta.name.as_deref() == Some("录音.mp3")));
        let mut streamed = Vec::new();
        let meta = client.open_stream(&grant(&[2]), wanted[1], &mut streamed).unwrap();
        assert_eq!((streamed.len() as u64, streamed == bytes), (meta.bytes, true));
    }
}

#[test]
fn wrong_bytes_and_unknown_objects_are_refused() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    assert_eq!(client.put_object([1; 32], &mut &b"other"[..]), Err(VaultError::HashMismatch));
    assert_eq!(client.has_object([1; 32]), Ok(false));
    assert_eq!(files(&home.file("objects")), [""; 0].map(std::path::PathBuf::from));
    let batch = [text(1, 1, "x"), attachment(1, 2, [1; 32])];
    assert_eq!(client.seal(&batch), Err(VaultError::ObjectMissing { index: 1 }));
    assert_eq!(client.blocks_after(0).unwrap(), [0; 0], "nothing of the batch was kept");

    struct Breaks;
    impl std::io::Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let broken = client.put_object([1; 32], &mut Breaks);
    assert_eq!(broken, Err(VaultError::Stream(std::io::ErrorKind::ConnectionReset)));
    assert_eq!(client.has_object([1; 32]), Ok(false));
}

#[test]
fn a_changed_cut_or_swapped_object_does_not_open() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let sealed = [1, 2].map(|seed| {
        let bytes = vec![seed; 150_000];
        client.put_object(objects_hash(&bytes), &mut &bytes[..]).unwrap();
        let items = [attachment(seed, 1, objects_hash(&bytes))];
        refs(&items, &client.seal(&items).unwrap())[0]
    });
    let stored = files(&home.file("objects"));
    let [one, two] = [0, 1].map(|at| std::fs::read(&stored[at]).unwrap());
    let mut flipped = one.clone();
    flipped[140_000] ^= 1;
    // The third chunk and its tag gone; the second and third exchanged.
    let chunk = 65_536 + 16;
    let header = one.len() - (150_000 + 3 * 16);
    let cut = one[..header + 2 * chunk].to_vec();
    let mut moved = one.clone();
    moved[header..header + 2 * chunk].rotate_left(chunk);
    let restore = || std::fs::write(&stored[0], &one).unwrap();
    for damaged in [&flipped, &cut, &moved, &two] {
        std::fs::write(&stored[0], damaged).unwrap();
        let results = sealed.map(|wanted| client.open(&grant(&[1, 2]), &[wanted]).map(drop));
        assert!(results.contains(&Err(VaultError::Tampered { index: 0 })) && results.contains(&Ok(())));
        restore();
    }
    let mut sink = Vec::new();
    std::fs::write(&stored[0], &flipped).unwrap();
    std::fs::write(&stored[1], &one[..40]).unwrap();
    for wanted in sealed {
        let streamed = client.open_stream(&grant(&[1, 2]), wanted, &mut sink);
        assert_eq!(streamed, Err(VaultError::Tampered { index: 0 }));
    }
}

#[test]
fn what_nothing_binds_is_gone_after_a_day_and_what_is_bound_keeps_its_only_key_in_the_record() {
    let home = Home::new();
    let serving = home.serve();
    let client = home.client();
    let (kept, lost) = (vec![1; 1_000], vec![2; 1_000]);
    for bytes in [&kept, &lost] {
        client.put_object(objects_hash(bytes), &mut &bytes[..]).unwrap();
    }
    let items = [attachment(1, 1, objects_hash(&kept))];
    let wanted = refs(&items, &client.seal(&items).unwrap());
    drop(serving);
    home.clock_ms.store(START_MS + limits::UNBOUND_MS + 1, Ordering::SeqCst);
    std::fs::write(home.file("objects").join("0".repeat(32)), "a stray").unwrap();
    std::fs::write(home.file("objects").join("1.part"), "cut off").unwrap();
    let _serving = home.serve();
    // The sweep runs when the vault starts, in a thread of its own.
    let waiting = || client.has_object(objects_hash(&lost)).unwrap() || client.has_object(objects_hash(&kept)).unwrap();
    for _ in 0..100 {
        if !waiting() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(!waiting());
    assert_eq!(files(&home.file("objects")).len(), 1);
    let later = Grant { not_after_ms: i64::MAX, ..grant(&[1]) };
    assert_eq!(client.open(&later, &wanted).unwrap()[0].body, kept);
    let keys = rusqlite::Connection::open(home.file("keys.db")).unwrap();
    let left: u32 = keys.query_row("SELECT count(wrapped) FROM objects", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    // When the only block that binds it is swept, the attachment goes with it.
    client.sweep(&[wanted[0].2.block]).unwrap();
    assert_eq!(files(&home.file("objects")).len(), 0);
}

#[test]
fn what_is_streamed_without_its_hash_is_bound_by_it_and_destroyed_at_once_with_its_block() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let bytes = vec![7; 150_000];
    let sha256 = client.put_stream(&mut &bytes[..]).unwrap();
    assert_eq!(sha256, objects_hash(&bytes));
    assert_eq!(client.put_stream(&mut &bytes[..]), Ok(sha256), "the same again is the same object");
    assert_eq!(files(&home.file("objects")).len(), 1);
    let items = [1, 2].map(|seed| [attachment(seed, 1, sha256)]);
    let places = items.each_ref().map(|items| refs(items, &client.seal(items).unwrap())[0]);
    assert_eq!(client.open(&grant(&[1]), &places[..1]).unwrap()[0].body, bytes);

    // One of its two blocks goes, and then the other, though the vault still has a key of the object for whoever sends it again.
    let blocks = places.map(|(.., place)| place.block);
    assert_eq!(client.destroy_blocks(&blocks[..1]), Ok(1));
    assert_eq!(client.open(&grant(&[1]), &places[..1]), Err(VaultError::Missing { index: 0 }));
    assert_eq!(client.open(&grant(&[2]), &places[1..]).unwrap()[0].body, bytes);
    assert_eq!(client.destroy_blocks(&blocks), Ok(1), "what is gone already is no fault");
    assert_eq!((files(&home.file("objects")).len(), client.has_object(sha256)), (0, Ok(false)));

    struct Breaks;
    impl std::io::Read for Breaks {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    assert_eq!(client.put_stream(&mut Breaks), Err(VaultError::Stream(std::io::ErrorKind::ConnectionReset)));
    let start = std::time::Instant::now();
    while !files(&home.file("objects")).is_empty() {
        assert!(start.elapsed().as_secs() < 10, "a part is left");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
