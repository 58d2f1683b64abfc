//! The demo company in a workspace: loaded, played, cleared.

use std::sync::atomic::Ordering;

use ::demo::{Beat, Live, Written};
use base::{DAY_MS, Text, UserId};
use lexicon::{Context, Reader, Reading};
use pipeline::{Command, NewRule};

use crate::audit::Line;
use crate::intake::{Format, Terms, take};
use crate::object::{self, FieldRequest, How, RollupRequest};
use crate::record::{self, RecordRequest};
use crate::{Access, Actor, App, OpError, Right, Rights, Scope, customer};

const SEED: u64 = 2026;
/// Of how many customers the company's people have written something down.
const KNOWN: u32 = 60;
/// How many events go in together.
const LINES: usize = 2_000;
/// The rules that the demo company has from the start.
const RULES: [&str; 3] = [
    "如果客户30天内投诉至少2次,标记为需要关怀",
    "只要客户90天内累计消费超过3000元,就标记为高消费",
    "当客户30天内下单至少3次且平均金额大于500元,自动升级为钻石会员",
];

/// Makes the company: its past, and its first rules. `progress` hears how many events of how many are in.
///
/// # Errors
/// The database or the raw zone is away.
pub fn load(app: &App, customers: usize, progress: &mut dyn FnMut(u64, u64)) -> Result<(), OpError> {
    let now = app.now();
    add_rules(app, now.plus_ms(-200 * DAY_MS))?;
    let history = ::demo::company(SEED, now, customers).history;
    let all = u64::try_from(history.len()).unwrap_or(0);
    let terms = Terms { history: true, ..Terms::default() };
    let (mut body, mut lines, mut done) = (String::new(), 0, 0u64);
    let mut send = |body: &mut String, lines: &mut usize| -> Result<(), OpError> {
        take(app, body.as_bytes(), Format::Ndjson, &terms)?;
        done += u64::try_from(*lines).unwrap_or(0);
        progress(done, all);
        body.clear();
        *lines = 0;
        Ok(())
    };
    for event in history {
        body.push_str(&event);
        body.push('\n');
        lines += 1;
        if lines == LINES {
            send(&mut body, &mut lines)?;
        }
    }
    send(&mut body, &mut lines)?;
    let settings = [("demo", format!("{customers}")), ("company", "云禾生活".to_owned())];
    app.store.write(|db| settings.iter().try_for_each(|(name, value)| db.set_setting(name, value)))?;
    Ok(())
}

/// Writes down what the company's people know of its first customers, as the one whose account it is.
///
/// # Errors
/// The database's.
pub fn add_records(app: &App, owner: UserId) -> Result<(), OpError> {
    let me = Actor::new(owner.to_string(), Rights::all(), Access::same(Scope::All, Scope::All));
    let page =
        customer::list::list(app, &me, &customer::list::Wanted { limit: KNOWN, ..customer::list::Wanted::default() })?;
    let named: Vec<_> = page.items.into_iter().filter_map(|item| Some((item.id, item.name?))).collect();
    let names: Vec<String> = named.iter().map(|(_, name)| name.clone()).collect();
    let day = |days: i64| app.now().plus_ms(days * DAY_MS).to_zoned(&app.zone).date().to_string();
    let mut ids: Vec<String> = Vec::new();
    for (object, values) in ::demo::records(SEED, &names, day) {
        let value = |written| match written {
            Written::Tags(tags) => tags.into(),
            Written::Address(parts) => {
                let parts = parts.into_iter().map(|(name, part)| (name.to_owned(), part.into()));
                serde_json::Value::Object(parts.collect())
            }
            Written::Record(place) => ids.get(place).cloned().into(),
            Written::Only(place) => serde_json::json!(ids.get(place).into_iter().collect::<Vec<_>>()),
            Written::Text(text) => text.into(),
            Written::Yes(yes) => yes.into(),
            Written::Among(choice) => serde_json::json!([choice]),
            Written::Customer(place) => named.get(place).map(|(id, _)| id.to_string()).into(),
        };
        let values = values.into_iter().map(|(field, written)| (field.to_owned(), value(written))).collect();
        let made = record::add(app, &me, object, &RecordRequest { values, version: None })?;
        ids.push(made.record.id.to_string());
    }
    let weighted = FieldRequest {
        label: Text::new("加权金额", "weighted"),
        holds: "formula".to_owned(),
        formula: Some("金额 × 赢率".to_owned()),
        ..FieldRequest::default()
    };
    object::add_field(app, &me, "deal", &weighted)?;
    let won = RollupRequest {
        object: "deal".to_owned(),
        by: "company".to_owned(),
        how: How::Sum,
        of: Some("amount".to_owned()),
        only: Some("阶段 = \"赢单\"".to_owned()),
    };
    let won = FieldRequest {
        label: Text::new("成交金额", "won"),
        holds: "rollup".to_owned(),
        rollup: Some(won),
        ..FieldRequest::default()
    };
    object::add_field(app, &me, "company", &won)?;
    Ok(())
}

fn add_rules(app: &App, since: base::Timestamp) -> Result<(), OpError> {
    let kinds = app.kinds();
    let reader = Reader::new(&kinds, &Context::default());
    for sentence in RULES {
        let Reading::Understood(found) = reader.read(sentence, &std::collections::BTreeMap::new()) else {
            tracing::warn!(sentence, "a demo rule is not understood");
            continue;
        };
        let name = found.definition.action.as_ref().map(|action| action.name().to_owned()).unwrap_or_default();
        let rule = NewRule {
            name,
            sentence: sentence.to_owned(),
            definition: found.definition,
            existing: true,
            since: Some(since),
        };
        app.pipeline.command(Command::AddRule(Box::new(rule)))?;
    }
    Ok(())
}

/// The company's present, if this workspace is the demo company.
///
/// # Errors
/// The database's.
pub fn live(app: &App) -> Result<Option<Live>, OpError> {
    let customers = app.store.read(|db| db.setting("demo"))?;
    let customers = customers.and_then(|customers| customers.parse().ok());
    Ok(customers.map(|customers| ::demo::company(SEED, app.now(), customers).live))
}

/// Tells one event of the present.
///
/// # Errors
/// The database is away.
pub fn tell(app: &App, beat: &Beat) -> Result<(), OpError> {
    take(app, beat.json(app.now()).as_bytes(), Format::Json, &Terms::default()).map(|_| ())
}

/// Clears the demo company: every customer, event and rule. Accounts stay. The process must end right after, so that the raw
/// zone's folder can be removed by the launcher, which starts both processes anew.
///
/// # Errors
/// The right is lacking, this is not the demo company, or the database's.
pub fn clear(app: &App, actor: &Actor) -> Result<(), OpError> {
    actor.may(Right::ClearDemo)?;
    if app.store.read(|db| db.setting("demo"))?.is_none() {
        return Err(OpError::invalid("demo", "这不是演示公司", "this is not the demo company"));
    }
    app.ending.store(true, Ordering::SeqCst);
    app.pipeline.close(|| app.store.write(store::Connection::clear))?;
    Line::new("demo.cleared", &"demo", serde_json::Value::Null).note(app, actor)
}
