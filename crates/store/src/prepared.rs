//! A connection to PostgreSQL that asks it to read each statement once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use postgres::error::Severity;
use postgres::types::ToSql;
use postgres::{Client, Row, Statement};

/// What is committed is flushed, whatever the server or the role is set to; settings that promise more stay.
const FLUSHED: &str =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// A plan is made for the values at hand: tables grow by a thousand times before their statistics follow.
const PLANNED: &str = "SET plan_cache_mode = force_custom_plan; SET enable_seqscan = on";
/// A plan is kept. Where a statement can only go by a key, what was the best plan for ten rows is so for ten million, once reading the
/// table from end to end is none.
const KEPT: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";
/// How long a server that cannot be reached, or no longer, is waited for.
const UNREACHED: Duration = Duration::from_secs(20);
/// How long an idle connection may take to say that it still stands.
const ANSWER: Duration = Duration::from_secs(2);
/// For how long after its last use a connection is not asked whether it still stands.
const TRUSTED: Duration = Duration::from_secs(1);
/// The most statements kept.
const STATEMENTS: usize = 256;

/// A connection, and the statements that its server has read.
pub struct Postgres {
    url: String,
    client: Client,
    statements: HashMap<String, Statement>,
    /// How the next statement is to be gone about, and how the server was last told to.
    wanted: Manner,
    told: Manner,
    /// When it was last lent.
    used: Instant,
    /// Whether it was lent to who only reads, and has not been asked since.
    is_unasked: bool,
}

/// How the server goes about statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Manner {
    /// How long each may take, in milliseconds; nought for as long as it wants.
    pub(crate) most_ms: u128,
    /// Whether plans are kept: of statements that can only go by a key.
    pub(crate) keeps_plans: bool,
}

impl Postgres {
    pub(crate) fn open(url: &str) -> Result<Self, postgres::Error> {
        let mut config: postgres::Config = url.parse()?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(UNREACHED);
        }
        config.tcp_user_timeout(UNREACHED).keepalives_idle(UNREACHED);
        let mut client = config.connect(postgres::NoTls)?;
        client.batch_execute(FLUSHED)?;
        client.batch_execute(PLANNED)?;
        let (wanted, told) = (Manner::default(), Manner::default());
        let (url, statements, used) = (url.to_owned(), HashMap::new(), Instant::now());
        Ok(Self { url, client, statements, wanted, told, used, is_unasked: false })
    }

    /// Whether its server neither ended nor was started again since it was last used.
    pub(crate) fn stands(&mut self) -> bool {
        self.client.is_valid(ANSWER).is_ok()
    }

    /// As [`Postgres::stands`], for who only reads: one that was used a moment ago is not asked. If it ended since, its first statement finds
    /// that out, and is asked again on a new connection.
    pub(crate) fn stands_to_read(&mut self) -> bool {
        self.is_unasked = true;
        let stands = self.used.elapsed() < TRUSTED || self.stands();
        self.used = Instant::now();
        stands
    }

    /// Goes about statements in a manner until it is set to another; what it was until now. The server is told with the next statement.
    pub(crate) fn set_manner(&mut self, manner: impl FnOnce(Manner) -> Manner) -> Manner {
        let before = self.wanted;
        self.wanted = manner(before);
        before
    }

    /// Runs statements that take no values, separated by semicolons.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), postgres::Error> {
        self.ask(|mine| mine.client.batch_execute(sql))
    }

    pub(crate) fn query(&mut self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, postgres::Error> {
        self.ask(|mine| {
            let statement = mine.prepared(sql)?;
            mine.client.query(&statement, values)
        })
    }

    pub(crate) fn execute(&mut self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, postgres::Error> {
        self.ask(|mine| {
            let statement = mine.prepared(sql)?;
            mine.client.execute(&statement, values)
        })
    }

    /// Asks in the manner that is wanted. The first question of who only reads is asked once more where the connection had ended: nothing was
    /// done by then, and nothing of the connection was used.
    fn ask<T>(&mut self, question: impl Fn(&mut Self) -> Result<T, postgres::Error>) -> Result<T, postgres::Error> {
        let is_first = std::mem::take(&mut self.is_unasked);
        let answer = self.told().and_then(|()| question(self));
        match answer {
            Err(error) if is_first && has_ended(&error) => {
                *self = Self { wanted: self.wanted, ..Self::open(&self.url)? };
                self.told()?;
                question(self)
            }
            answer => answer,
        }
    }

    /// Tells the server how to go about what follows, where it was last told otherwise.
    fn told(&mut self) -> Result<(), postgres::Error> {
        let Manner { most_ms, keeps_plans } = self.wanted;
        if self.told.most_ms != most_ms {
            self.client.batch_execute(&format!("SET statement_timeout = {most_ms}"))?;
        }
        if self.told.keeps_plans != keeps_plans {
            self.client.batch_execute(if keeps_plans { KEPT } else { PLANNED })?;
        }
        self.told = self.wanted;
        Ok(())
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Whether the connection ended, rather than the statement being refused.
fn has_ended(error: &postgres::Error) -> bool {
    let ends = |severity| matches!(severity, Severity::Fatal | Severity::Panic);
    error.as_db_error().is_none_or(|said| said.parsed_severity().is_some_and(ends))
}
