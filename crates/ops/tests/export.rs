//! A customer's package, written by a real workspace and read by other programs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at what it does not expect")]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use base::CustomerId;
use ops::Actor;
use ops::customer::export::export;
use ops::rule::AddRequest;
use serde_json::{Value, json};
use support::{World, hash};

const HOSTILE: &str = "</title><script>alert(1)</script>\u{202e}=HYPERLINK(\"http://evil\")";
const LARGE: usize = 10 << 20;

fn event(id: &str, kind: &str, who: &Value, data: Value) -> Value {
    let mut data = data;
    data["who"] = who.clone();
    let time = format!("2026-05-0{}T10:00:00+08:00", id.len() % 9 + 1);
    json!({"specversion": "1.0", "id": id, "source": "shop/tmall", "type": kind, "time": time, "data": data})
}

/// Bytes that do not compress.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

/// A customer that was two until one event showed both its phone and its member number; and someone else.
fn story(world: &World) -> (CustomerId, BTreeMap<&'static str, Vec<u8>>) {
    let (phone, member) =
        (json!([{"scheme": "phone", "value": "13800138000"}]), json!([{"scheme": "member_no", "value": "M-17"}]));
    let mail = json!([{"scheme": "email", "value": "zhang@example.com"}, {"scheme": "member_no", "value": "M-17"}]);
    let (pdf, svg, large) = (
        b"%PDF-1.7 \x00\xff".to_vec(),
        b"<svg onload='alert(1)'/>".to_vec(),
        [b"%PDF".to_vec(), noise(LARGE)].concat(),
    );
    let attachments = json!([
        {"name": "../../etc/passwd\\..\\c:\u{202e}fdp.exe", "media_type": "application/pdf", "sha256": world.attach(&pdf)},
        {"name": "=cmd|'/c calc'!A1.svg", "media_type": "image/svg+xml", "sha256": world.attach(&svg)},
        {"name": "/合同.pdf", "media_type": "application/pdf", "sha256": world.attach(&large)},
    ]);
    let chat = "您好,我想退货。\r\n<script>alert(1)</script> = \u{0} \u{1f600}";
    let call = "客服\u{ff1a}您好\n客户\u{ff1a}<b>坏了</b>";
    world.take(&json!([
        event("a", "message.received", &phone, json!({"channel": "微信", "text": chat})),
        event("bb", "order.placed", &phone, json!({"amount": {"value": "512.50", "currency": "CNY"}, "items": 2, "category": HOSTILE, "gift": {"to": "妈妈"}})),
        event("ccc", "call.ended", &member, json!({"seconds": 61, "direction": "in", "transcript": call})),
        event("dddd", "email.received", &mail, json!({"subject": "发票\r\nBcc: x@evil", "text": "请开发票"})),
        event("eeeee", "customer.identified", &member, json!({"name": format!("张三,{HOSTILE}\r\nEND:VCARD"), "city": "杭州", "birthday": "1990-02-03"})),
        event("ffffff", "complaint.received", &member, json!({"topic": "+86", "text": "@SUM(1)", "attachments": attachments})),
        event("other", "message.received", &json!([{"scheme": "phone", "value": "13900139000"}]), json!({"text": "别人的秘密"})),
    ]));
    world.take(&json!([event("ggggggg", "store.visited", &json!([phone[0], member[0]]), json!({"store": "=1+1"}))]));
    let add = AddRequest {
        sentence: "给今年投诉1次以上的客户打上「需关怀」标签".into(),
        answers: BTreeMap::new(),
        name: None,
        existing: true,
    };
    ops::rule::add(&world.app, &world.me, add).unwrap();
    let texts = [
        ("chat", chat.as_bytes().to_vec()),
        ("call", call.as_bytes().to_vec()),
        ("pdf", pdf),
        ("svg", svg),
        ("large", large),
    ];
    (world.customer("13800138000"), texts.into_iter().collect())
}

fn files(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = BTreeMap::new();
    for place in 0..zip.len() {
        let mut file = zip.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let name = file.name().unwrap().into_owned();
        assert_eq!(file.enclosed_name().as_deref(), Some(Path::new(&name)), "no name leads out");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte)), "{name}");
        assert!(files.insert(name, bytes).is_none(), "every name once");
    }
    files
}

fn lines(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Vec<Value> {
    let text = std::str::from_utf8(&files[path]).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text<'f>(files: &'f BTreeMap<String, Vec<u8>>, path: &str) -> &'f str {
    std::str::from_utf8(&files[path]).unwrap()
}

/// Waits until the rule has been begun for everyone.
fn settle(world: &World, id: CustomerId) {
    for _ in 0..100 {
        if !ops::customer::profile::get(&world.app, &world.me, id).unwrap().tags.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the tag was never set");
}

#[test]
fn a_package_holds_the_whole_story_and_nothing_else() {
    let world = World::open();
    let (id, originals) = story(&world);
    settle(&world, id);
    let (summary, zip) = world.export(id);
    let files = files(&zip);
    assert_eq!((summary.events, summary.originals, summary.withheld), (7, 8, 0), "{summary:?}");

    let events = lines(&files, "timeline/events.jsonl");
    assert_eq!(events.len(), 7);
    let order = events.iter().find(|event| event["kind"] == "order.placed").unwrap();
    assert_eq!(order["fields"]["amount"], json!({"value": "512.5", "currency": "CNY"}));
    assert_eq!(order["fields"]["category"], HOSTILE);
    let undeclared = order["originals"][0]["path"].as_str().unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&files[undeclared]).unwrap(), json!({"gift": {"to": "妈妈"}}));
    let path = |kind: &str, index: usize| {
        let event = events.iter().find(|event| event["kind"] == kind).unwrap();
        event["originals"][index]["path"].as_str().unwrap().to_owned()
    };
    for (name, kind, index, suffix) in [
        ("chat", "message.received", 0, ".txt"),
        ("call", "call.ended", 0, ".txt"),
        ("pdf", "complaint.received", 1, ".pdf"),
        ("svg", "complaint.received", 2, ".txt"),
        ("large", "complaint.received", 3, ".pdf"),
    ] {
        assert!(path(kind, index).ends_with(suffix), "{}", path(kind, index));
        assert!(files[&path(kind, index)] == originals[name], "{name} byte for byte");
    }
    let activities: Value = serde_json::from_slice(&files["timeline/activities.jsonld"]).unwrap();
    assert_eq!((activities["totalItems"].as_u64(), activities["orderedItems"].as_array().unwrap().len()), (Some(7), 7));
    assert!(files.keys().any(|path| path.starts_with("calls/") && text(&files, path).starts_with("WEBVTT\n")));
    let mail = files.keys().find(|path| path.starts_with("mail/")).unwrap();
    assert!(text(&files, mail).contains("From: <zhang@example.com>\r\n") && !text(&files, mail).contains("\nBcc"));
    let messages = lines(&files, "chats/messages.jsonl");
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["text"].as_str().unwrap().as_bytes(), originals["chat"]);

    let tags = lines(&files, "tags/tags.jsonl");
    assert_eq!((tags.len(), tags[0]["tag"].as_str()), (1, Some("需关怀")));
    assert_eq!(tags[0]["evidence"].as_array().unwrap().len(), 1, "{}", tags[0]);
    assert_eq!(lines(&files, "decisions/decisions.jsonl").len(), 1);
    assert_eq!(lines(&files, "merges/merges.jsonl").len(), 1);
    let openings = lines(&files, "access-history/openings.jsonl");
    assert!(
        openings.len() >= 9 && openings.iter().all(|row| row["actor"] == "usr_00000001"),
        "its own openings are in it"
    );
    assert!(!files.values().any(|bytes| String::from_utf8_lossy(bytes).contains("别人的秘密")));
}

#[test]
fn nothing_in_a_package_does_anything() {
    let world = World::open();
    let (id, _) = story(&world);
    let files = files(&world.export(id).1);
    let page = text(&files, "index.html").to_lowercase();
    for mark in ["<script", "<img", "javascript:", "\u{202e}", " onload", "http://", "https://"] {
        let shown = page.replace("&lt;", "").replace("http://evil", "");
        assert!(!shown.contains(mark), "{mark}");
    }
    assert!(page.contains("content-security-policy\" content=\"default-src 'none';"));

    let table = text(&files, "csv/events.csv").strip_prefix('\u{feff}').unwrap();
    for cell in table.split("\r\n").flat_map(|row| row.split("\",\"")) {
        let cell = cell.trim_start_matches('"');
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
    }
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let entry =
        |path: &str| manifest["files"].as_array().unwrap().iter().find(|file| file["path"] == path).unwrap().clone();
    assert!(entry("csv/events.csv")["neutralised"].is_string());

    let card = text(&files, "profile/contact.vcf").replace("\r\n ", "");
    let properties: Vec<(&str, &str)> =
        card.split("\r\n").filter(|line| !line.is_empty()).map(|line| line.split_once(':').unwrap()).collect();
    assert_eq!((properties.first(), properties.last()), (Some(&("BEGIN", "VCARD")), Some(&("END", "VCARD"))));
    assert_eq!(properties.iter().filter(|(name, _)| *name == "END").count(), 1);
    let name = properties.iter().find(|(name, _)| *name == "FN").unwrap().1;
    assert!(name.starts_with("张三\\,") && name.ends_with("\\nEND:VCARD"), "{name}");
    assert!(
        properties.contains(&("TEL;VALUE=uri", "tel:+8613800138000")) && properties.contains(&("BDAY", "19900203"))
    );
}

#[test]
fn every_hash_in_the_manifest_is_true() {
    let world = World::open();
    let (id, _) = story(&world);
    let files = files(&world.export(id).1);
    let credential: Value = serde_json::from_slice(&files["manifest.vc.json"]).unwrap();
    let signed = credential["credentialSubject"]["files"].as_array().unwrap();
    assert_eq!(signed.len() + 1, files.len(), "all but the credential itself");
    for file in signed {
        let bytes = &files[file["path"].as_str().unwrap()];
        assert_eq!(
            (file["size"].as_u64(), file["sha256"].as_str()),
            (Some(bytes.len() as u64), Some(hash(bytes).as_str()))
        );
    }
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["identities"].as_array().unwrap().len(), 3);
    assert_eq!(manifest["identity_scope"]["rule"], "all_identities");
    let names: Vec<&str> = signed.iter().filter_map(|file| file["original_name"].as_str()).collect();
    assert!(names.contains(&"../../etc/passwd\\..\\c:\u{202e}fdp.exe") && names.contains(&"/合同.pdf"), "{names:?}");
    let aliases = world.app.store.read(|db| db.identities_of(id)).unwrap();
    for (_, row) in aliases {
        let hex: String = row.key_hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(
            !files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(&hex)),
            "no alias leaves the vault"
        );
    }
}

#[test]
fn what_was_erased_is_named_and_the_rest_still_comes() {
    let world = World::open();
    let (id, _) = story(&world);
    let rows = world.app.store.read(|db| db.identities_of(id)).unwrap();
    let phone = rows.iter().find(|(_, row)| row.scheme == "phone").unwrap();
    world.app.vault.destroy_identity(vault::IdentityAlias(phone.1.key_hash)).unwrap();
    let (summary, zip) = world.export(id);
    assert_eq!((summary.events, summary.originals, summary.withheld), (7, 6, 2));
    let manifest: Value = serde_json::from_slice(&files(&zip)["manifest.json"]).unwrap();
    assert!(
        manifest["withheld"].as_array().unwrap().iter().all(|item| item["reason"] == "erased"),
        "{}",
        manifest["withheld"]
    );
}

#[test]
fn with_the_vault_down_nothing_is_written() {
    let mut world = World::open();
    let (id, _) = story(&world);
    world.stop_vault();
    let mut out = Vec::new();
    let error =
        export(&world.app, &Actor::new("usr_00000001", ops::Rights::all(), ops::Access::default()), id, &mut out)
            .unwrap_err();
    assert_eq!((error.code, out.len()), ("vault_unavailable", 0));
}

#[test]
fn python_finds_the_archive_whole() {
    let world = World::open();
    let (id, _) = story(&world);
    let (path, out) = (world.home.path().join("export.zip"), world.home.path().join("watched/inside"));
    std::fs::write(&path, world.export(id).1).unwrap();
    let python = |args: &[&str]| Command::new("python3").args(args).output();
    let Ok(tested) = python(&["-m", "zipfile", "-t", path.to_str().unwrap()]) else {
        println!("SKIPPED: python3 is not here");
        return;
    };
    assert!(tested.status.success() && !String::from_utf8_lossy(&tested.stdout).contains("corrupt"), "{tested:?}");
    assert!(python(&["-m", "zipfile", "-e", path.to_str().unwrap(), out.to_str().unwrap()]).unwrap().status.success());
    let watched = std::fs::read_dir(world.home.path().join("watched")).unwrap().count();
    assert_eq!(watched, 1, "nothing beside the folder it was told");
}

/// The folder with the verifier's packages; none when they cannot be had.
fn verifier() -> Option<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("verify-export");
    std::fs::create_dir_all(&folder).ok()?;
    for name in ["package.json", "package-lock.json", ".npmrc", "verify.mjs"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify").join(name), folder.join(name)).ok()?;
    }
    if !folder.join("node_modules/.package-lock.json").exists() {
        let installed = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&folder)
            .output()
            .ok()?;
        installed.status.success().then_some(())?;
    }
    Command::new("node").arg("--version").output().ok()?;
    Some(folder)
}

#[test]
fn another_implementation_verifies_the_signature_and_refuses_a_changed_byte() {
    let world = World::open();
    let (id, _) = story(&world);
    let signed = files(&world.export(id).1).remove("manifest.vc.json").unwrap();
    let Some(folder) = verifier() else {
        println!(
            "SKIPPED: node, npm or the verifier's packages are not here; the signature was not checked by another implementation"
        );
        return;
    };
    let verify = |bytes: &[u8]| {
        let path = world.home.path().join("manifest.vc.json");
        std::fs::write(&path, bytes).unwrap();
        let run = Command::new("node").arg("verify.mjs").arg(path).current_dir(&folder).output().unwrap();
        (run.status.success(), String::from_utf8_lossy(&run.stdout).into_owned())
    };
    let (verified, said) = verify(&signed);
    assert!(verified && said.starts_with("verified "), "{said}");
    let document = String::from_utf8(signed).unwrap();
    let place = document.find("\"sha256\": \"").unwrap() + "\"sha256\": \"".len();
    for place in [place, document.find("cus_").unwrap() + 6, document.find("\"proofValue\": \"z").unwrap() + 40] {
        let mut flipped = document.clone().into_bytes();
        flipped[place] ^= 1;
        let (verified, said) = verify(&flipped);
        assert!(!verified && said.starts_with("refused "), "{said}");
    }
}
