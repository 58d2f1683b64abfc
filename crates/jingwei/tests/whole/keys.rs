//! A database is opened with the key it was made with, and no other.

use serde_json::json;

use crate::support::{Server, databases, event, run};

#[test]
fn another_key_is_refused() {
    for database in databases() {
        let mut server = Server::start(database);
        let order = event(
            "e1",
            "order.placed",
            "2026-06-01T10:00:00+08:00",
            json!({"who": [{"scheme": "member_no", "value": "M1"}]}),
        );
        assert_eq!(server.send(std::slice::from_ref(&order)).body["accepted"], 1);
        server.stop();
        let (key, kept) = (server.folder.join("keys/master.key"), server.folder.join("keys/kept.key"));
        std::fs::rename(&key, &kept).unwrap();
        let refused = run(&["customer", "show", "M1", "--data", server.data()]);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && told.contains("keys/master.key is not the key"), "{told}");
        std::fs::rename(&kept, &key).unwrap();
        server.launch();
        assert_eq!(server.send(&[order]).body["duplicates"], 1, "nothing was lost");
    }
}
