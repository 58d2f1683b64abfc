//! Migrations, in both dialects, run in order when the store opens; a failed one leaves the database as it was.

use crate::sql::{Connection, StoreError};

struct Migration {
    number: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        sqlite: include_str!("migrations/0001_spine.sqlite.sql"),
        postgres: include_str!("migrations/0001_spine.postgres.sql"),
    },
    Migration {
        number: 2,
        sqlite: include_str!("migrations/0002_rule_versions.sqlite.sql"),
        postgres: include_str!("migrations/0002_rule_versions.postgres.sql"),
    },
    Migration {
        number: 3,
        sqlite: include_str!("migrations/0003_task_changes.sqlite.sql"),
        postgres: include_str!("migrations/0003_task_changes.postgres.sql"),
    },
    Migration {
        number: 4,
        sqlite: include_str!("migrations/0004_sweeps.sqlite.sql"),
        postgres: include_str!("migrations/0004_sweeps.postgres.sql"),
    },
    Migration {
        number: 5,
        sqlite: include_str!("migrations/0005_fewer_indexes.sqlite.sql"),
        postgres: include_str!("migrations/0005_fewer_indexes.postgres.sql"),
    },
    Migration {
        number: 6,
        sqlite: include_str!("migrations/0006_recovery.sqlite.sql"),
        postgres: include_str!("migrations/0006_recovery.postgres.sql"),
    },
    Migration {
        number: 7,
        sqlite: include_str!("migrations/0007_apart.sqlite.sql"),
        postgres: include_str!("migrations/0007_apart.postgres.sql"),
    },
    Migration {
        number: 8,
        sqlite: include_str!("migrations/0008_people.sqlite.sql"),
        postgres: include_str!("migrations/0008_people.postgres.sql"),
    },
    Migration {
        number: 9,
        sqlite: include_str!("migrations/0009_records.sqlite.sql"),
        postgres: include_str!("migrations/0009_records.postgres.sql"),
    },
    Migration {
        number: 10,
        sqlite: include_str!("migrations/0010_see_as.sqlite.sql"),
        postgres: include_str!("migrations/0010_see_as.postgres.sql"),
    },
    Migration {
        number: 11,
        sqlite: include_str!("migrations/0011_views.sqlite.sql"),
        postgres: include_str!("migrations/0011_views.postgres.sql"),
    },
    Migration {
        number: 12,
        sqlite: include_str!("migrations/0012_teams.sqlite.sql"),
        postgres: include_str!("migrations/0012_teams.postgres.sql"),
    },
    Migration {
        number: 13,
        sqlite: include_str!("migrations/0013_search.sqlite.sql"),
        postgres: include_str!("migrations/0013_search.postgres.sql"),
    },
    Migration {
        number: 14,
        sqlite: include_str!("migrations/0014_second_factors.sqlite.sql"),
        postgres: include_str!("migrations/0014_second_factors.postgres.sql"),
    },
    Migration {
        number: 15,
        sqlite: include_str!("migrations/0015_providers.sqlite.sql"),
        postgres: include_str!("migrations/0015_providers.postgres.sql"),
    },
    Migration {
        number: 16,
        sqlite: include_str!("migrations/0016_personal_keys.sqlite.sql"),
        postgres: include_str!("migrations/0016_personal_keys.postgres.sql"),
    },
    Migration {
        number: 17,
        sqlite: include_str!("migrations/0017_favourites.sqlite.sql"),
        postgres: include_str!("migrations/0017_favourites.postgres.sql"),
    },
    Migration {
        number: 18,
        sqlite: include_str!("migrations/0018_talk.sqlite.sql"),
        postgres: include_str!("migrations/0018_talk.postgres.sql"),
    },
    Migration {
        number: 19,
        sqlite: include_str!("migrations/0019_attachments.sqlite.sql"),
        postgres: include_str!("migrations/0019_attachments.postgres.sql"),
    },
    Migration {
        number: 20,
        sqlite: include_str!("migrations/0020_file_fields.sqlite.sql"),
        postgres: include_str!("migrations/0020_file_fields.postgres.sql"),
    },
    Migration {
        number: 21,
        sqlite: include_str!("migrations/0021_parts_of_customers.sqlite.sql"),
        postgres: include_str!("migrations/0021_parts_of_customers.postgres.sql"),
    },
];

/// Brings the database to this program's form.
///
/// # Errors
/// A migration fails, or the database is of a later version; then nothing has changed.
pub fn run(connection: &mut Connection) -> Result<(), StoreError> {
    connection.batch("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY)")?;
    let found =
        connection.query_one("SELECT COALESCE(MAX(number), 0) FROM migration", &[])?.map_or(0, |row| row.int(0));
    let known = MIGRATIONS.iter().map(|migration| migration.number).max().unwrap_or(0);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    MIGRATIONS.iter().filter(|migration| migration.number > found).try_for_each(|migration| migration.run(connection))
}

impl Migration {
    fn run(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let body = match connection {
            Connection::Sqlite(_) => self.sqlite,
            Connection::Postgres(_) => self.postgres,
        };
        let number = self.number;
        let sql = format!("BEGIN;\n{body}\nINSERT INTO migration (number) VALUES ({number});\nCOMMIT;");
        let done = connection.batch(&sql);
        if done.is_err() {
            connection.batch("ROLLBACK").ok();
        }
        done
    }
}
