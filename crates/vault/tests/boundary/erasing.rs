use rusqlite::Connection;
use vault::*;

use crate::sealing::objects_hash;
use crate::support::*;

#[test]
fn an_erased_identity_opens_never_again_and_leaves_no_wrapped_key() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let (own, shared) = (vec![1; 500], vec![2; 500]);
    for bytes in [&own, &shared] {
        client.put_object(objects_hash(bytes), &mut &bytes[..]).unwrap();
    }
    let object = |identity, number, bytes: &[u8]| SealItem {
        body: SealBody::Object { sha256: objects_hash(bytes) },
        ..text(identity, number, "")
    };
    let items = [text(1, 1, "a"), text(2, 2, "b"), object(1, 3, &own), object(1, 4, &shared), object(2, 5, &shared)];
    let wanted = refs(&items, &client.seal(&items).unwrap());
    let keys = Connection::open(home.file("keys.db")).unwrap();
    let wrapped: Vec<Vec<u8>> = keys
        .prepare("SELECT wrapped FROM subjects WHERE alias = ?1 UNION SELECT wrapped FROM buckets WHERE alias = ?1")
        .unwrap()
        .query_map([[1u8; 16]], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(keys);
    let key_files: Vec<_> =
        files(&home.config.raw_dir).into_iter().filter(|path| path.to_str().unwrap().contains("keys.db")).collect();
    assert!(wrapped.len() == 2 && wrapped.iter().all(|key| occurrences(&key_files, key) > 0));

    assert_eq!(client.destroy_identity(alias(1)).unwrap(), 2);
    for key in &wrapped {
        assert_eq!(occurrences(&key_files, key), 0, "in the database or its log");
    }
    for (at, reference) in wanted.iter().enumerate() {
        let opened = client.open(&grant(&[1, 2]), &[*reference]);
        match items[at].identity {
            one if one == alias(1) => assert_eq!(opened, Err(VaultError::Erased { index: 0 })),
            _ => assert!(opened.is_ok()),
        }
    }
    assert_eq!(files(&home.file("objects")).len(), 1, "the attachment only this identity had is gone");
    assert_eq!(client.destroy_identity(alias(1)).unwrap(), 0, "again does no harm");
    assert!(client.audit(&[alias(1)], 100).unwrap().iter().any(|row| row.act == AuditAct::Erased));

    // The same alias again is a new subject with new keys; the old records stay shut.
    let again = [text(1, 6, "new")];
    let place = client.seal(&again).unwrap();
    assert!(client.open(&grant(&[1]), &refs(&again, &place)).is_ok());
    assert_eq!(client.open(&grant(&[1]), &wanted[..1]), Err(VaultError::Tampered { index: 0 }));
}
