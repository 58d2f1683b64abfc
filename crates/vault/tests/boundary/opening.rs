use std::sync::atomic::Ordering;

use rusqlite::Connection;
use vault::*;

use crate::support::*;

#[test]
fn a_grant_that_does_not_fit_is_denied_and_noted_before_any_key_is_touched() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let items = [text(1, 1, "one"), text(2, 2, "two")];
    let places = client.seal(&items).unwrap();
    let wanted = refs(&items, &places);
    // With the keys broken, whoever touches them shows it.
    Connection::open(home.file("keys.db")).unwrap().execute("UPDATE subjects SET wrapped = zeroblob(94)", []).unwrap();

    let with = |change: fn(&mut Grant)| {
        let mut grant = grant(&[1, 2]);
        change(&mut grant);
        client.open(&grant, &wanted).unwrap_err()
    };
    let denials = [
        (with(|grant| grant.identities.truncate(1)), Denial::NotCovered),
        (with(|grant| grant.not_after_ms = START_MS - 1), Denial::Expired),
        (with(|grant| grant.basis = Basis::AccessRequest), Denial::Basis),
        (with(|grant| grant.actor = "  ".into()), Denial::NoActor),
    ];
    for (error, denial) in &denials {
        assert_eq!(*error, VaultError::Denied(*denial));
    }
    let mut sink = Vec::new();
    assert_eq!(client.open_stream(&grant(&[2]), wanted[0], &mut sink), Err(VaultError::Denied(Denial::NotCovered)));
    assert!(sink.is_empty());
    assert_eq!(with(|_| {}), VaultError::Tampered { index: 0 }, "an allowed opening does touch them");

    let rows = client.audit(&[alias(2)], 100).unwrap();
    let acts: Vec<AuditAct> = rows.iter().rev().map(|row| row.act).collect();
    let denied = denials.iter().map(|(_, denial)| AuditAct::Denied(*denial));
    assert_eq!(acts, denied.chain([AuditAct::Opened]).collect::<Vec<_>>());
    assert_eq!(client.audit(&[alias(1)], 100).unwrap().len(), 6);
    assert_eq!(client.audit(&[alias(9)], 100).unwrap(), []);
    let last = &rows[0];
    assert_eq!((last.count, last.time_ms, last.identities.as_slice()), (2, START_MS, &[alias(1), alias(2)][..]));
    let AuditGrant { id, purpose, basis, actor } = last.grant.clone().unwrap();
    assert_eq!((id, purpose, basis, actor.as_str()), ([3; 16], Purpose::CustomerService, Basis::Contract, "usr_1"));
    assert_ne!(last.records, rows[1].previous);
}

#[test]
fn a_grant_ends_with_its_last_millisecond() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let items = [text(1, 1, "one")];
    let wanted = refs(&items, &client.seal(&items).unwrap());
    home.clock_ms.store(START_MS + 60_000, Ordering::SeqCst);
    assert!(client.open(&grant(&[1]), &wanted).is_ok());
    home.clock_ms.store(START_MS + 60_001, Ordering::SeqCst);
    assert_eq!(client.open(&grant(&[1]), &wanted), Err(VaultError::Denied(Denial::Expired)));
}

#[test]
fn nothing_opens_while_the_audit_log_cannot_be_written() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let items = [text(1, 1, "one")];
    let wanted = refs(&items, &client.seal(&items).unwrap());
    let audit = Connection::open(home.file("audit.db")).unwrap();
    audit.execute_batch("CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT raise(ABORT, 'full'); END").unwrap();
    let mut sink = Vec::new();
    assert!(matches!(client.open(&grant(&[1]), &wanted), Err(VaultError::Storage(_))));
    assert!(matches!(client.open_stream(&grant(&[1]), wanted[0], &mut sink), Err(VaultError::Storage(_))));
    assert!(matches!(client.destroy_identity(alias(1)), Err(VaultError::Storage(_))));
    assert!(sink.is_empty() && client.audit(&[], 9).unwrap().is_empty());
    audit.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(client.open(&grant(&[1]), &wanted).unwrap()[0].body, b"one");
}

#[test]
fn a_changed_or_cut_audit_log_shows() {
    let home = Home::new();
    let _serving = home.serve();
    let client = home.client();
    let items = [text(1, 1, "one")];
    let wanted = refs(&items, &client.seal(&items).unwrap());
    for _ in 0..5 {
        client.open(&grant(&[1]), &wanted).unwrap();
    }
    let head = client.verify_audit_chain().unwrap();
    assert_eq!((head.rows, head), (5, client.status().unwrap().audit_head));
    let rows = client.audit(&[], 10).unwrap();
    assert!(rows.windows(2).all(|pair| pair[0].previous == pair[1].hash));
    assert_eq!((rows[0].hash, rows[4].previous), (head.hash, [0; 32]));

    let audit = Connection::open(home.file("audit.db")).unwrap();
    let body: Vec<u8> = audit.query_row("SELECT body FROM entries WHERE seq = 3", [], |row| row.get(0)).unwrap();
    let mut changed = body.clone();
    *changed.last_mut().unwrap() ^= 1;
    let put = |body: &[u8]| audit.execute("UPDATE entries SET body = ?1 WHERE seq = 3", [body]).unwrap();
    put(&changed);
    assert_eq!(client.verify_audit_chain(), Err(VaultError::AuditBroken { seq: 3 }));
    put(&body);
    audit.execute("DELETE FROM entries WHERE seq = 5", []).unwrap();
    let cut = verify_audit_chain(&home.config.raw_dir).unwrap();
    assert!(cut.rows < head.rows, "a cut end shows against the head kept elsewhere");
    audit.execute("DELETE FROM entries WHERE seq = 2", []).unwrap();
    assert_eq!(client.verify_audit_chain(), Err(VaultError::AuditBroken { seq: 2 }));
}
