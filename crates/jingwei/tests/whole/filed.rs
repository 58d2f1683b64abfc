//! Fields that hold files, on both databases: what is uploaded stands in the record, what is removed goes back for a while, and a file is as hidden as its
//! field, whichever way one comes.

use serde_json::{Value, json};

use crate::attachments::{As, attach, file, files, id, local, open, replays};
use crate::people::{Browser, member};
use crate::records::{add, is, path, title};
use crate::support::{Server, databases};

/// A field for files of deals.
fn field(server: &Server) {
    let field = json!({"label": {"zh": "合同文件", "en": "contract files"}, "name": "scans", "type": "files"});
    let added = server.post("/v1/objects/deal/fields", &field);
    assert_eq!(added.status, 200, "{}", added.body);
}

fn scans(server: &Server, deal: &str) -> Value {
    server.get(deal)["record"]["values"]["scans"].clone()
}

fn names(files: &Value) -> Vec<&str> {
    files.as_array().map(|all| all.iter().map(|file| file["name"].as_str().unwrap()).collect()).unwrap_or_default()
}

fn found(server: &Server, filter: &Value) -> Vec<String> {
    let page = server.post("/v1/objects/deal/list", &json!({"filter": filter, "sort": [{"field": "name"}]}));
    assert_eq!(page.status, 200, "{filter}: {}", page.body);
    page.body["items"].as_array().unwrap().iter().map(title).collect()
}

fn export(server: &Server) -> String {
    let request = "%7B%22fields%22%3A%5B%22name%22%2C%22scans%22%5D%7D";
    let answer = server.ask("GET", &format!("/v1/objects/deal/export?request={request}"), &local(server), None);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body.as_str().unwrap().to_owned()
}

#[test]
fn files_of_a_field_stand_in_the_record() {
    for database in databases() {
        let mut server = Server::start(database);
        field(&server);
        let token = local(&server);
        let as_local = As::Key(&token);
        let deal = path("deal", &add(&server, "deal", &json!({"name": "甲"})));
        add(&server, "deal", &json!({"name": "乙"}));
        let made = file(&server, &as_local, &deal, "scans", "框架合同 2024.txt", b"contract");
        assert_eq!((made.status, &made.body["field"]), (200, &json!("scans")), "{}", made.body);
        let first = id(&made);
        let second = id(&file(&server, &as_local, &deal, "scans", "附件.txt", b"appendix"));
        attach(&server, &as_local, &deal, "别处 2024.txt", b"elsewhere");
        assert_eq!(
            scans(&server, &deal),
            json!([
                {"id": first, "name": "框架合同 2024.txt", "bytes": 8, "media_type": "text/plain"},
                {"id": second, "name": "附件.txt", "bytes": 8, "media_type": "text/plain"}
            ])
        );
        assert_eq!(server.get(&deal)["record"]["version"], 4, "each with one change");

        // Found by what they are called, and by being there.
        assert_eq!(found(&server, &is("scans", "contains", json!("合同"))), ["甲"]);
        assert_eq!(found(&server, &is("scans", "contains", json!("别处"))), [""; 0]);
        assert_eq!(found(&server, &is("scans", "present", Value::Null)), ["甲"]);
        assert_eq!(found(&server, &is("scans", "empty", Value::Null)), ["乙"]);
        let other = server.post("/v1/objects/deal/list", &json!({"filter": is("scans", "equal", json!(first))}));
        assert_eq!(other.status, 422, "{}", other.body);
        assert!(export(&server).contains("\"甲\",\"框架合同 2024.txt、附件.txt\"\r\n"), "{}", export(&server));

        // Removed from the field, back from the change, and back by itself.
        let one = format!("{deal}/attachments/{first}");
        let removed = server.delete(&one);
        assert_eq!(names(&removed.body["detail"]["record"]["values"]["scans"]), ["附件.txt"]);
        assert_eq!(found(&server, &is("scans", "contains", json!("合同"))), [""; 0]);
        assert_eq!(files(&server, &deal)["removed"][0]["field"], "scans");
        let undo = format!("/v1/changes/{}/undo", removed.body["change"].as_str().unwrap());
        assert_eq!(server.post(&undo, &json!({})).status, 200);
        assert_eq!(names(&scans(&server, &deal)), ["框架合同 2024.txt", "附件.txt"], "in its place");
        assert_eq!(server.delete(&one).status, 200);
        assert_eq!(server.post(&format!("{one}/restore"), &Value::Null).status, 200);
        let history = server.get(&format!("{deal}/changes"))["items"].clone();
        assert_eq!((&history[5]["act"], &history[5]["file"]["field"]["zh"]), (&json!("attached"), &json!("合同文件")));
        assert_eq!(history[4]["file"]["field"], Value::Null, "this one is in none");
        let undo = format!("/v1/changes/{}/undo", history[5]["id"].as_str().unwrap());
        assert_eq!(server.post(&undo, &json!({})).status, 200);
        assert_eq!(names(&scans(&server, &deal)), ["框架合同 2024.txt"]);

        // A field has ten, whatever else the record has; what else is wanted of it is refused.
        for place in 1..10 {
            assert_eq!(file(&server, &as_local, &deal, "scans", &format!("{place}.txt"), b"x").status, 200);
        }
        let more = file(&server, &as_local, &deal, "scans", "11.txt", b"x");
        assert_eq!((more.status, &more.body["code"]), (422, &json!("too_many")), "{}", more.body);
        assert_eq!(server.post(&format!("{deal}/attachments/{second}/restore"), &Value::Null).status, 422);
        assert_eq!(attach(&server, &as_local, &deal, "11.txt", b"x").status, 200);
        for wrong in ["nothing", "name"] {
            let refused = file(&server, &as_local, &deal, wrong, "x.txt", b"x");
            assert_eq!((refused.status, &refused.body["field"]), (422, &json!("field")), "{}", refused.body);
        }
        let set = server.patch(&deal, &json!({"values": {"scans": null}}));
        assert_eq!((set.status, &set.body["field"]), (422, &json!("scans")), "{}", set.body);
        let required = server.patch("/v1/objects/deal/fields/scans", &json!({"required": true}));
        assert_eq!((required.status, &required.body["field"]), (422, &json!("required")), "{}", required.body);
        let converted = server.post("/v1/objects/deal/fields/scans/conversion/preview", &json!({"type": "text"}));
        assert_eq!(converted.status, 422, "{}", converted.body);

        // The log and the rows agree, and a field that is archived takes its files along.
        replays(&mut server);
        assert_eq!(scans(&server, &deal).as_array().unwrap().len(), 10);
        assert_eq!(server.patch("/v1/objects/deal/fields/scans", &json!({"archived": true})).status, 200);
        assert_eq!(names(&files(&server, &deal)["items"]), ["别处 2024.txt", "11.txt"]);
        let token = local(&server);
        assert_eq!(open(&server, &As::Key(&token), &one).status, 404);
    }
}

/// Someone who sees and changes all deals, with this access to the field.
fn colleague(server: &Server, access: &str) -> Browser {
    let records = json!({"others": {"read": "none"}, "objects": {"deal": {"read": "all", "write": "all", "fields": {"scans": access}}}});
    let rights = json!(["records.export"]);
    let role = server.post("/v1/roles", &json!({"name": access, "rights": rights, "records": records}));
    assert_eq!(role.status, 200, "{}", role.body);
    member(server, &format!("{access}@example.com"), &role.body["id"]).0
}

#[test]
fn a_file_is_as_hidden_as_its_field() {
    const SECRET: &str = "裁员名单";
    for database in databases() {
        let server = Server::start(database);
        field(&server);
        let token = local(&server);
        let deal = path("deal", &add(&server, "deal", &json!({"name": "年度框架"})));
        let kept = id(&file(&server, &As::Key(&token), &deal, "scans", "裁员名单.txt", b"secret"));
        let removed = id(&file(&server, &As::Key(&token), &deal, "scans", "旧裁员名单.txt", b"secret"));
        let gone = server.delete(&format!("{deal}/attachments/{removed}")).body;
        attach(&server, &As::Key(&token), &deal, "报价.txt", b"open");
        for access in ["hidden", "masked", "reveal"] {
            let mut someone = colleague(&server, access);
            let listed = someone.get(&server, &format!("{deal}/attachments")).body;
            assert_eq!((names(&listed["items"]), &listed["removed"]), (vec!["报价.txt"], &json!([])), "{access}");
            let shown = if access == "hidden" { Value::Null } else { json!("***") };
            assert_eq!(someone.get(&server, &deal).body["record"]["values"]["scans"], shown, "{access}");
            for file in [&kept, &removed] {
                let file = format!("{deal}/attachments/{file}");
                assert_eq!(open(&server, &As::Cookie(&someone.cookie), &file).status, 404, "{access}");
                assert_eq!(someone.ask(&server, "DELETE", &file, &Value::Null).status, 404, "{access}");
                assert_eq!(
                    someone.ask(&server, "POST", &format!("{file}/restore"), &json!({})).status,
                    404,
                    "{access}"
                );
            }
            let undo = format!("/v1/changes/{}/undo", gone["change"].as_str().unwrap());
            assert_eq!(someone.ask(&server, "POST", &undo, &json!({})).status, 403, "{access}");
            let into = file(&server, &As::Cookie(&someone.cookie), &deal, "scans", "x.txt", b"x").status;
            assert_eq!(into, if access == "hidden" { 422 } else { 404 }, "{access}");
            let told = [
                someone.get(&server, &format!("{deal}/changes")).body.to_string(),
                someone.get(&server, &format!("{deal}/timeline")).body.to_string(),
                someone.ask(&server, "POST", "/v1/objects/deal/list", &json!({})).body.to_string(),
                someone.get(&server, "/v1/objects/deal/export").body.to_string(),
                someone.get(&server, "/v1/search?q=%E8%A3%81%E5%91%98").body.to_string(),
                someone.get(&server, "/v1/notices").body.to_string(),
            ];
            for (place, told) in told.iter().enumerate() {
                assert!(!told.contains(SECRET), "{access}: {place}: {told}");
            }
            assert!(!told[0].contains(&kept) && !told[1].contains(&kept), "{access}: not even its number");
            assert!(told[0].contains("报价.txt") && told[3].contains("年度框架"), "{access}: {}", told[3]);
            let filter = json!({"filter": is("scans", "contains", json!(SECRET))});
            let filtered = someone.ask(&server, "POST", "/v1/objects/deal/list", &filter);
            assert_eq!(filtered.status, 422, "{access}: {}", filtered.body);
        }
        // Who only reads the field opens them, and changes none.
        let mut reader = colleague(&server, "read");
        let file_of = format!("{deal}/attachments/{kept}");
        assert_eq!(open(&server, &As::Cookie(&reader.cookie), &file_of).bytes, b"secret");
        assert_eq!(reader.get(&server, &format!("{deal}/attachments")).body["removed"], json!([]));
        assert_eq!(reader.ask(&server, "DELETE", &file_of, &Value::Null).status, 403);
        assert_eq!(file(&server, &As::Cookie(&reader.cookie), &deal, "scans", "x.txt", b"x").status, 403);
    }
}
