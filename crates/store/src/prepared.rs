//! A connection to PostgreSQL that asks it to read each statement once.

use std::collections::HashMap;
use std::time::Duration;

use postgres::types::ToSql;
use postgres::{Client, Row, Statement};

/// What is committed is flushed, whatever the server or the role is set to; settings that promise more stay.
const FLUSHED: &str =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// A plan is made for the values at hand: tables grow by a thousand times before their statistics follow.
const PLANNED: &str = "SET plan_cache_mode = force_custom_plan";
/// How long a server that cannot be reached, or no longer, is waited for.
const UNREACHED: Duration = Duration::from_secs(20);
/// How long an idle connection may take to say that it still stands.
const ANSWER: Duration = Duration::from_secs(2);
/// The most statements kept.
const STATEMENTS: usize = 256;

/// A connection, and the statements that its server has read.
pub struct Postgres {
    client: Client,
    statements: HashMap<String, Statement>,
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
        Ok(Self { client, statements: HashMap::new() })
    }

    /// Whether its server neither ended nor was started again since it was last used.
    pub(crate) fn stands(&mut self) -> bool {
        self.client.is_valid(ANSWER).is_ok()
    }

    /// Runs statements that take no values, separated by semicolons.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), postgres::Error> {
        self.client.batch_execute(sql)
    }

    pub(crate) fn query(&mut self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, postgres::Error> {
        let statement = self.prepared(sql)?;
        self.client.query(&statement, values)
    }

    pub(crate) fn execute(&mut self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<u64, postgres::Error> {
        let statement = self.prepared(sql)?;
        self.client.execute(&statement, values)
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
