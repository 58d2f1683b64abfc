//! What a view shows: which records, which of their fields, and how they are laid out.

use domain::object::{FIELDS_LIMIT, Object, Type};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::record::field::{self, fit};
use crate::record::filter::{self, Filter};
use crate::record::group::{GroupBy, adds_up, groups, is_choice};
use crate::record::list::{self, Sort};
use crate::{Actor, App, OpError};

/// The narrowest and the widest column, in points.
const WIDTHS: (u16, u16) = (60, 1_000);

/// What a view shows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ViewBody {
    /// What records must pass.
    #[serde(default)]
    pub filter: Filter,
    /// Their order.
    #[serde(default)]
    pub sort: Vec<Sort>,
    /// How they are laid out.
    #[serde(default)]
    pub layout: Layout,
    /// The columns of the table, from the first; all fields where there are none.
    #[serde(default)]
    pub columns: Vec<ViewColumn>,
    /// How many columns stay where they are when the others are scrolled; what a record is called always does.
    #[serde(default)]
    pub frozen: u8,
    /// By what the table is grouped, or the board stands in columns.
    #[serde(default)]
    pub group: Option<GroupBy>,
    /// What the chart shows.
    #[serde(default)]
    pub chart: Option<Chart>,
    /// On which days records stand in the calendar.
    #[serde(default)]
    pub calendar: Option<Calendar>,
}

/// How records are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// In a table.
    #[default]
    Table,
    /// On a board.
    Board,
    /// As a chart of what they come to.
    Chart,
    /// On the days of a calendar.
    Calendar,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ViewColumn {
    /// Its field.
    pub field: String,
    /// How wide it is, in points, from 60 to 1,000; as wide as such fields are where it is left out.
    #[serde(default)]
    pub width: Option<u16>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chart {
    /// How it is drawn.
    pub kind: ChartKind,
    /// What is told of the records of a group.
    #[serde(default)]
    pub measure: Measure,
    /// The field that is added up; for a count, none.
    #[serde(default)]
    pub of: Option<String>,
    /// By what records are grouped; for one number, nothing.
    #[serde(default)]
    pub by: Option<GroupBy>,
    /// The field of choices by which each group is told apart once more.
    #[serde(default)]
    pub split: Option<String>,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// A bar for each group.
    Bars,
    /// A line from group to group.
    Line,
    /// A slice for each group.
    Pie,
    /// One number.
    Number,
}

/// What is told of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// How many there are.
    #[default]
    Count,
    /// What a field comes to.
    Sum,
    /// What it comes to on average, of those that have a value.
    Average,
}

/// A calendar of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// The field whose day they stand on.
    pub field: String,
    /// How much of it is seen at once.
    #[serde(default)]
    pub span: CalendarSpan,
}

/// How much of a calendar is seen at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CalendarSpan {
    /// A month.
    #[default]
    Month,
    /// A week.
    Week,
}

const fn is_day(holds: &Type) -> bool {
    matches!(holds, Type::Date | Type::Instant)
}

impl ViewColumn {
    fn check(&self, object: &Object) -> Result<(), OpError> {
        if object.field(&self.field).is_none_or(|field| field.archived) {
            let (zh, en) = (format!("没有字段「{}」", self.field), format!("there is no field '{}'", self.field));
            return Err(OpError::invalid("columns", &zh, &en));
        }
        if self.width.is_some_and(|width| width < WIDTHS.0 || width > WIDTHS.1) {
            return Err(OpError::invalid(
                "columns",
                "列宽应在 60 到 1000 之间",
                "a column is from 60 to 1,000 points wide",
            ));
        }
        Ok(())
    }
}

impl Chart {
    fn check(&self, actor: &Actor, object: &Object) -> Result<(), OpError> {
        let field = |name: &Option<String>, fits| name.as_ref().map(|name| fit(actor, object, name, "chart", fits));
        field(&self.of, adds_up).transpose()?;
        field(&self.split, is_choice).transpose()?;
        if let Some(by) = &self.by {
            fit(actor, object, &by.field, "chart", groups)?;
        }
        if self.measure != Measure::Count && self.of.is_none() {
            return Err(OpError::invalid("chart", "请选择要统计的字段", "the field that is added up is wanted"));
        }
        if self.kind != ChartKind::Number && self.by.is_none() {
            return Err(OpError::invalid("chart", "请选择分组字段", "a field to group by is wanted"));
        }
        Ok(())
    }
}

impl ViewBody {
    /// Whether the reader may have all of it.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub(super) fn check(&self, app: &App, actor: &Actor, object: &Object) -> Result<(), OpError> {
        filter::test(app, actor, object, &self.filter)?;
        list::order(actor, object, &self.sort)?;
        if self.columns.len() > FIELDS_LIMIT {
            return Err(OpError::invalid("columns", "列数过多", "there are too many columns"));
        }
        self.columns.iter().try_for_each(|column| column.check(object))?;
        if let Some(by) = &self.group {
            fit(actor, object, &by.field, "group", groups)?;
        }
        self.chart.as_ref().map_or(Ok(()), |chart| chart.check(actor, object))?;
        if let Some(calendar) = &self.calendar {
            fit(actor, object, &calendar.field, "calendar", is_day)?;
        }
        Ok(())
    }

    /// What is left for the reader where a field is gone, or is not theirs to see.
    pub(super) fn fitting(mut self, app: &App, actor: &Actor, object: &Object) -> Self {
        let fits = |filter: &Filter| filter::test(app, actor, object, filter).is_ok();
        match &mut self.filter {
            Filter::All(parts) | Filter::Any(parts) => parts.retain(fits),
            whole if !fits(whole) => self.filter = Filter::default(),
            _ => {}
        }
        self.sort.retain(|sort| list::order(actor, object, std::slice::from_ref(sort)).is_ok());
        self.columns.retain(|column| column.check(object).is_ok());
        let is_plain =
            |name: &str| object.field(name).is_some_and(|one| !one.archived && field::is_plain(actor, object, one));
        self.group = self.group.filter(|by| is_plain(&by.field));
        self.chart = self.chart.filter(|chart| chart.check(actor, object).is_ok());
        self.calendar = self.calendar.filter(|calendar| is_plain(&calendar.field));
        let lacks = match self.layout {
            Layout::Chart => self.chart.is_none(),
            Layout::Calendar => self.calendar.is_none(),
            Layout::Table | Layout::Board => false,
        };
        if lacks {
            self.layout = Layout::Table;
        }
        self
    }
}
