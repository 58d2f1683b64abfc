//! Segment's own SDK for Node, unchanged, against a real server: what it sends is stored, and the customer has it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Server, databases, run};

/// The folder with the SDK and the script that uses it; none when they cannot be had.
fn sender() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("send-segment");
    std::fs::create_dir_all(&folder).ok()?;
    for name in ["package.json", "package-lock.json", ".npmrc", "send.mjs"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/whole/segment").join(name), folder.join(name))
            .ok()?;
    }
    if !folder.join("node_modules/.package-lock.json").exists() {
        let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let installed = Command::new("npm").args(words).current_dir(&folder).output().ok()?;
        installed.status.success().then_some(())?;
    }
    Command::new("node").arg("--version").output().ok()?;
    Some(folder)
}

/// Sends with the SDK; what it says became of its messages.
fn send(folder: &Path, server: &Server) -> Value {
    let mut script = Command::new("node");
    script.arg("send.mjs").args([server.url().as_str(), &server.key]).current_dir(folder);
    let told = script.output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

/// A customer's events by kind, in the kinds' order.
fn kinds(server: &Server, customer: &Value) -> Vec<(String, Value)> {
    let page = server.get(&format!("/v1/customers/{}/timeline", customer["id"].as_str().unwrap()));
    let items = page["items"].as_array().unwrap();
    let mut kinds: Vec<_> =
        items.iter().map(|item| (item["kind"].as_str().unwrap().to_owned(), item.clone())).collect();
    kinds.sort_by(|a, b| a.0.cmp(&b.0));
    kinds
}

/// A field of an event as it is said.
fn field<'v>(event: &'v Value, name: &str) -> &'v str {
    let fields = event["fields"].as_array().unwrap();
    let found = fields.iter().find(|field| field["name"] == name);
    found.and_then(|field| field["value"]["en"].as_str()).unwrap_or_default()
}

#[test]
fn the_sdk_of_segment_works_as_it_is() {
    let Some(folder) = sender() else {
        println!("SKIPPED: node, npm or the SDK's packages are not here; Segment's SDK was not tried");
        return;
    };
    for database in databases() {
        let mut server = Server::start(database);
        let made = server.post("/v1/rules", &json!({"sentence": "只要客户累计消费超过500元,就标记为贵客"}));
        assert_eq!(made.status, 200, "{}", made.body);

        let told = send(&folder, &server);
        assert_eq!((&told["version"], &told["failed"]), (&json!("3.1.0"), &json!([])), "{told:#}");
        assert_eq!(told["delivered"].as_array().unwrap().len(), 10, "{told:#}");
        assert!(told["requests"].as_u64().unwrap() >= 3, "in batches: {told:#}");
        let source = server.get("/v1/events/summary")["sources"][0].clone();
        let counts = ["accepted", "duplicates", "rejected"].map(|name| source[name].as_u64().unwrap());
        assert_eq!((source["name"].as_str(), counts), (Some("shop"), [9, 1, 0]));

        let customer = server.get("/v1/customers/li@example.com");
        let found = kinds(&server, &customer);
        let names: Vec<&str> = found.iter().map(|(kind, _)| kind.as_str()).collect();
        let (known, seen) = ("customer.identified", "page.viewed");
        assert_eq!(names, [known, known, known, "order.placed", "order.refunded", seen, seen, "track.trial_started"]);
        assert_eq!(customer["name"], "李雷");
        assert_eq!(customer["id"], server.get("/v1/customers/u-0")["id"], "joined by alias");
        assert_eq!(customer["id"], server.get("/v1/customers/13800138000")["id"]);
        assert_eq!(customer["tags"][0]["tag"], "贵客");
        let profile = customer["profile"].as_array().unwrap();
        let company = profile.iter().find(|known| known["field"] == "company").unwrap();
        assert_eq!(company["value"], "云和", "from group");

        let event = |kind: &str| &found.iter().find(|(name, _)| name == kind).unwrap().1;
        let order = event("order.placed");
        assert!(field(order, "amount").contains("512.5"), "{order:#}");
        assert_eq!((field(order, "items"), field(order, "category")), ("3", "toys"));
        assert_eq!(order["originals"][0]["field"], "undeclared", "what no kind declares is sealed: {order:#}");
        let pages: Vec<&str> =
            found.iter().filter(|(kind, _)| kind == seen).map(|(_, page)| field(page, "page")).collect();
        assert!(pages.contains(&"/prices") && pages.contains(&"Home"), "{pages:?}");

        let other = server.get("/v1/customers/a-2");
        assert_ne!(other["id"], customer["id"]);
        assert_eq!(kinds(&server, &other)[0].0, "coupon.used");
        server.stop();
        let replayed = run(&["replay", "--data", server.data(), "--verify"]);
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stdout));
    }
}
