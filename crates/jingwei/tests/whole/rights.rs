//! Every operation by everyone: who lacks its right is refused, and nothing has changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{Server, databases};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum For {
    /// Whoever can reach the server.
    Anyone,
    /// A source with its ingest key.
    Sources,
    /// Whoever is known.
    Known,
    /// Whoever has signed in, and no key.
    People,
    /// Whoever has the owner's role.
    Owners,
    /// Whoever has this right.
    Right(&'static str),
    /// Whoever may see records of the object, or may write them.
    Records(bool),
}

use For::{Anyone, Known, Owners, People, Records, Right, Sources};

/// What each operation needs, and a body that it would take. An operation that is not here fails the test.
pub fn operations() -> Vec<(&'static str, For, Value)> {
    let sentence = json!({"sentence": "当客户30天内投诉至少1次,标记为需要关怀"});
    let role = json!({"name": "x", "rights": ["customers.read"]});
    let provider = json!({"label": "x", "issuer": "http://127.0.0.1:1", "client_id": "x", "client_secret": "x"});
    let nobody = json!({"email": "a@b", "password": "wrong"});
    vec![
        ("get_health", Anyone, Value::Null),
        ("get_session", Anyone, Value::Null),
        ("sign_out", Anyone, Value::Null),
        ("set_up", Anyone, json!({"token": "x", "name": "x", "email": "a@b", "password": "x", "company": "x"})),
        ("sign_in", Anyone, nobody),
        ("read_invitation", Anyone, json!({"token": "x"})),
        ("join", Anyone, json!({"token": "x", "name": "x", "password": "long enough to do"})),
        ("begin_passkey_sign_in", Anyone, Value::Null),
        ("sign_in_with_passkey", Anyone, json!({"credential": {}})),
        ("get_account", People, Value::Null),
        ("begin_passkey", People, json!({"password": "x"})),
        ("add_passkey", People, json!({"name": "x", "credential": {}})),
        ("remove_passkey", People, Value::Null),
        ("begin_authenticator", People, json!({"password": "x"})),
        ("confirm_authenticator", People, json!({"code": "000000"})),
        ("remove_authenticator", People, json!({"password": "x"})),
        ("renew_recovery_codes", People, json!({"password": "x"})),
        ("sign_in_with_code", Anyone, json!({"token": "x", "code": "000000"})),
        ("reset_second_factor", Right("people.manage"), Value::Null),
        ("get_sign_in_settings", Owners, Value::Null),
        ("change_sign_in_settings", Owners, json!({"address": "https://crm.example.com"})),
        ("begin_provider_sign_in", Anyone, json!({"provider": "idp_0zzzzzz1"})),
        ("sign_in_with_provider", Anyone, json!({"state": "x", "code": "x"})),
        ("get_mail", Owners, Value::Null),
        ("set_mail", Owners, json!({"host": "", "port": 25, "privacy": "none", "from": "a@b"})),
        ("test_mail", Owners, json!({"to": "a@b"})),
        ("list_providers", Owners, Value::Null),
        ("add_provider", Owners, provider.clone()),
        ("change_provider", Owners, provider),
        ("remove_provider", Owners, Value::Null),
        ("send_events", Sources, json!([])),
        ("send_segment", Sources, json!({})),
        ("put_original", Sources, Value::Null),
        ("list_kinds", Known, Value::Null),
        ("list_sessions", People, Value::Null),
        ("end_session", People, Value::Null),
        ("change_password", People, json!({"old": "x", "new": "long enough to do"})),
        ("list_customers", Right("customers.read"), Value::Null),
        ("get_customer", Right("customers.read"), Value::Null),
        ("get_timeline", Right("customers.read"), Value::Null),
        ("list_decisions", Right("customers.read"), Value::Null),
        ("get_decision", Right("customers.read"), Value::Null),
        ("why_not", Right("customers.read"), Value::Null),
        ("list_openings", Right("customers.read"), Value::Null),
        ("watch_commits", Known, Value::Null),
        ("reveal_identifiers", Right("customers.reveal"), Value::Null),
        ("open_original", Right("customers.originals"), json!({"event": "evt_00000001", "index": 0})),
        ("export_customer", Right("customers.export"), Value::Null),
        ("undo_merge", Right("customers.unmerge"), Value::Null),
        ("preview_erasure", Right("customers.erase"), Value::Null),
        ("erase_customer", Right("customers.erase"), json!({})),
        ("change_task", Right("tasks.write"), json!({"done": true})),
        ("list_rules", Right("rules.read"), Value::Null),
        ("get_rule", Right("rules.read"), Value::Null),
        ("read_sentence", Right("rules.read"), sentence.clone()),
        ("read_edit", Right("rules.read"), sentence.clone()),
        ("add_rule", Right("rules.write"), sentence.clone()),
        ("edit_rule", Right("rules.write"), sentence),
        ("change_rule", Right("rules.write"), json!({"on": false})),
        ("remove_rule", Right("rules.write"), Value::Null),
        ("get_intake", Right("events.read"), Value::Null),
        ("list_events", Right("events.read"), Value::Null),
        ("declare_kinds", Right("kinds.write"), json!([])),
        ("add_source", Right("sources.write"), json!({"name": "x"})),
        ("renew_key", Right("sources.write"), Value::Null),
        ("list_objects", Known, Value::Null),
        ("add_object", Right("objects.write"), json!({"label": {"zh": "门店", "en": ""}})),
        ("change_object", Right("objects.write"), json!({"icon": "visit"})),
        ("add_field", Right("objects.write"), json!({"label": {"zh": "面积", "en": "area"}, "type": "number"})),
        ("change_field", Right("objects.write"), json!({"required": true})),
        ("preview_conversion", Right("objects.write"), json!({"type": "text"})),
        ("convert_field", Right("objects.write"), json!({"type": "text"})),
        ("try_formula", Right("objects.write"), json!({"formula": "1 + 1"})),
        ("search", Known, Value::Null),
        ("list_records", Records(false), json!({})),
        ("count_records", Records(false), json!({})),
        ("export_records", Right("records.export"), Value::Null),
        ("get_board", Records(false), json!({"list": {}, "by": "stage"})),
        ("get_groups", Records(false), json!({"by": {"field": "stage"}})),
        ("find_similar", Records(false), json!({"values": {"name": "x"}})),
        ("list_tags", Records(false), Value::Null),
        ("get_record", Records(false), Value::Null),
        ("list_changes", Records(false), Value::Null),
        ("add_record", Records(true), json!({"values": {"name": "x"}})),
        ("change_record", Records(true), json!({"values": {"name": "x"}})),
        ("trash_record", Records(true), Value::Null),
        ("restore_record", Records(true), Value::Null),
        ("list_attachments", Records(false), Value::Null),
        ("add_attachment", Records(true), Value::Null),
        ("open_attachment", Records(false), Value::Null),
        ("remove_attachment", Records(true), Value::Null),
        ("restore_attachment", Records(true), Value::Null),
        ("undo_change", Known, json!({})),
        ("list_favourites", People, Value::Null),
        ("set_favourite", People, json!({"object": "deal", "record": "rec_00000001", "starred": true})),
        ("get_record_timeline", Records(false), Value::Null),
        ("add_comment", Records(false), json!({"text": "x"})),
        ("change_comment", Known, json!({"text": "x"})),
        ("remove_comment", Known, Value::Null),
        ("list_readers", Records(false), Value::Null),
        ("get_following", People, Value::Null),
        ("set_following", People, json!({"following": true})),
        ("list_notices", People, Value::Null),
        ("count_notices", People, Value::Null),
        ("read_notices", People, json!({})),
        ("get_notice_choices", People, Value::Null),
        ("set_notice_choices", People, json!({"mention": true, "comment": true, "change": true, "owner": true})),
        ("list_shares", Records(false), Value::Null),
        ("share_record", Records(false), json!({"with": "usr_00000001"})),
        ("unshare_record", Records(false), Value::Null),
        ("reveal_field", Records(false), json!({"field": "name"})),
        ("list_views", Records(false), Value::Null),
        ("add_view", Records(false), json!({"name": "x", "body": {}})),
        ("change_view", Records(false), json!({"name": "x", "body": {}})),
        ("remove_view", Records(false), Value::Null),
        ("bulk_records", Records(true), json!({"list": {}, "act": "trash"})),
        ("undo_batch", Known, Value::Null),
        ("get_job", Known, Value::Null),
        ("stop_job", Known, Value::Null),
        ("see_as", People, Value::Null),
        ("see_as_oneself", Known, Value::Null),
        ("why_seen", Right("people.manage"), Value::Null),
        ("list_members", Known, Value::Null),
        ("list_teams", Known, Value::Null),
        ("add_team", Right("people.manage"), json!({"name": "x"})),
        ("change_team", Right("people.manage"), json!({"name": "x"})),
        ("remove_team", Right("people.manage"), Value::Null),
        ("list_people", Right("people.manage"), Value::Null),
        ("change_person", Right("people.manage"), json!({"name": "x"})),
        ("list_roles", Right("people.manage"), Value::Null),
        ("add_role", Right("people.manage"), role.clone()),
        ("change_role", Right("people.manage"), role),
        ("remove_role", Right("people.manage"), Value::Null),
        ("list_invitations", Right("people.manage"), Value::Null),
        ("add_invitation", Right("people.manage"), json!({"email": "a@b", "role": "rol_00000006"})),
        ("remove_invitation", Right("people.manage"), Value::Null),
        ("list_api_keys", Right("people.manage"), Value::Null),
        ("add_api_key", Right("people.manage"), json!({"name": "x", "role": "rol_00000006"})),
        ("remove_api_key", Right("people.manage"), Value::Null),
        ("list_audit", Right("audit.read"), Value::Null),
        ("clear_demo", Right("demo.clear"), Value::Null),
    ]
}

/// The prefix of the ids that a path of the API names.
fn foreign(path: &str) -> String {
    let ids = [
        ("customers", "cus"),
        ("decisions", "dec"),
        ("merges", "mrg"),
        ("tasks", "tsk"),
        ("rules", "aut"),
        ("sources", "src"),
        ("people", "usr"),
        ("roles", "rol"),
        ("teams", "tea"),
        ("invitations", "inv"),
        ("api-keys", "key"),
        ("account", "pky"),
        ("providers", "idp"),
        ("sessions", "ses"),
        ("objects", "rec"),
        ("changes", "chg"),
        ("comments", "cmt"),
        ("batches", "chg"),
        ("jobs", "job"),
    ];
    let noun = path.split('/').nth(2).unwrap_or_default();
    let prefix = ids.iter().find(|(name, _)| *name == noun).map_or("xxx", |(_, prefix)| prefix);
    // A number far above any that exists.
    path.replace("{id}", &format!("{prefix}_0zzzzzz1"))
        .replace("{sha256}", &"0".repeat(64))
        .replace("{call}", "track")
        .replace("{object}", "deal")
        .replace("{field}", "nothing_of_this_name")
        .replace("{with}", "usr_0zzzzzz1")
        .replace("{attachment}", "att_0zzzzzz1")
}

/// What is stored, but for when a key was last used, and for what a thread of its own tells people a moment after something changed.
pub fn stored(server: &Server) -> BTreeMap<String, BTreeSet<String>> {
    let is_later = |row: &&store::Row| row.text(0).starts_with("noticed_");
    let rows = |rows: Vec<store::Row>| rows.iter().filter(|row| !is_later(row)).map(|row| format!("{row:?}")).collect();
    server
        .tables()
        .into_iter()
        .filter(|(name, _)| name != "api_key" && name != "notice")
        .map(|(name, all)| (name, rows(all)))
        .collect()
}

/// A key for each role that there is, with the names of its rights; and whether it may see and write records.
fn keys(server: &Server) -> Vec<(String, Vec<String>)> {
    assert_eq!(server.post("/v1/roles", &json!({"name": "无权", "rights": []})).status, 200);
    let roles = server.get("/v1/roles")["items"].as_array().unwrap().clone();
    assert_eq!(roles.len(), 7);
    let key = |role: &Value| {
        let made = server.post("/v1/api-keys", &json!({"name": role["name"]["en"], "role": role["id"]}));
        assert_eq!(made.status, 200, "{}", made.body);
        let rights = role["rights"].as_array().unwrap().iter().map(|right| right.as_str().unwrap().to_owned());
        let scopes = [("read", "records.read"), ("write", "records.write")];
        let scopes = scopes.into_iter().filter(|(what, _)| role["records"]["others"][what] != "none");
        // A key is nobody, and so the owner of nothing.
        let scopes = scopes.filter(|(what, _)| role["records"]["others"][what] != "own");
        (
            made.body["secret"].as_str().unwrap().to_owned(),
            rights.chain(scopes.map(|(_, name)| name.to_owned())).collect(),
        )
    };
    roles.iter().map(key).collect()
}

#[test]
fn who_lacks_the_right_is_refused_everywhere_and_nothing_has_changed() {
    for database in databases() {
        let server = Server::start(database);
        let keys = keys(&server);
        let known = operations();
        let all_rights = keys.iter().map(|(_, rights)| rights.len()).max().unwrap();
        let description = server.get("/openapi.json");
        let mut asked = 0;
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                let of = known.iter().find(|(known, ..)| *known == name);
                let (_, need, body) = of.unwrap_or_else(|| panic!("what {name} needs is not known to this test"));
                let query = match name {
                    "why_not" => "?rule=aut_0zzzzzz1",
                    "search" => "?q=x",
                    "why_seen" => "?person=usr_0zzzzzz1",
                    _ => "",
                };
                let path = foreign(path) + query;
                let method = method.to_uppercase();
                let body = Some(body).filter(|body| !body.is_null());
                let before = stored(&server);
                let nobody = server.ask(&method, &path, "jwa_unknown", body);
                let by_name =
                    ["sign_in", "sign_in_with_passkey", "sign_in_with_code", "sign_in_with_provider"].contains(&name);
                assert!(nobody.status < 500, "{name}: {}", nobody.body);
                assert!(*need == Anyone || nobody.status == 401, "{name}: {}", nobody.body);
                assert!(*need != Anyone || nobody.status != 401 || by_name, "{name}: {}", nobody.body);
                for (key, rights) in &keys {
                    let may = match need {
                        Anyone => continue,
                        Sources | People => false,
                        Known => true,
                        Owners => rights.len() == all_rights,
                        Right(right) => rights.iter().any(|has| has == right),
                        Records(_) => rights.iter().any(|has| has == "records.read"),
                    };
                    if may && name == "watch_commits" {
                        continue; // it would go on for ever
                    }
                    asked += 1;
                    if may && !path.contains("_0zzzzzz1") && !path.contains("nothing_of_this_name") {
                        let answer = server.ask(&method, &path, key, body);
                        assert!(!matches!(answer.status, 401 | 500..), "{name}: {} {}", answer.status, answer.body);
                        let needs_both = name == "list_events" && !rights.iter().any(|has| has == "customers.read");
                        let writes = *need == Records(true) && !rights.iter().any(|has| has == "records.write");
                        assert_eq!(answer.status == 403, needs_both || writes, "{name}: {}", answer.body);
                        continue;
                    }
                    let answer = server.ask(&method, &path, key, body);
                    let expected = match need {
                        Sources => 401,
                        Records(_) => 404, // what one may not see is not there
                        _ if may => 404,
                        _ => 403,
                    };
                    assert_eq!(answer.status, expected, "{method} {path} with {rights:?}: {}", answer.body);
                    if *need == Owners && !may {
                        assert_eq!(answer.body["code"], "owners_only", "{name}");
                    }
                    if let (Right(right), false) = (need, may) {
                        assert_eq!(answer.body["field"], *right, "{name}");
                    }
                }
                if path.contains("_0zzzzzz1")
                    || path.contains("nothing_of_this_name")
                    || matches!(need, Sources | People)
                {
                    assert_eq!(stored(&server), before, "{name} changed something");
                }
            }
        }
        assert!(asked > 300, "{asked}");
    }
}
