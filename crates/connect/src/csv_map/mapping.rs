//! The mapping as it is saved, and whether it makes sense before any file is seen.

use std::collections::BTreeMap;

use base::{Currency, TimeZone};
use domain::kind::is_kind_name;
use domain::{Rejection, RejectionCode};
use serde::{Deserialize, Serialize};

use crate::{fault, limits, members};

/// How a table becomes events. A member that is not told here is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The version of this shape: 1.
    #[serde(default = "one")]
    pub version: u32,
    /// What people call the mapping.
    pub name: String,
    /// How the file is written.
    pub format: Format,
    /// The source that the events get.
    pub source: String,
    /// The kind that the events get.
    pub kind: String,
    /// Where an event's id comes from.
    pub id: IdRule,
    /// When it happened. Without this, it happened as it arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeRule>,
    /// Who it is about.
    #[serde(default)]
    pub who: Vec<WhoRule>,
    /// The event's fields, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldRule>,
    /// What becomes of the columns that nothing here names.
    #[serde(default)]
    pub unmapped: Unmapped,
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// `","`, `";"`, `"\t"`, each with quotes as in RFC 4180, or `"whitespace"`: any blanks, no quotes.
    pub delimiter: String,
    /// Whether the first line holds the columns' names. If not, columns are numbers from 1.
    #[serde(default = "yes")]
    pub header: bool,
    /// How many lines come before the header or the first row.
    #[serde(default)]
    pub skip_lines: usize,
    /// How letters are encoded.
    #[serde(default)]
    pub encoding: Encoding,
}

/// How letters are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// `"utf-8"`.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// `"gbk"`, with what GB 18030 adds.
    #[serde(rename = "gbk")]
    Gbk,
}

/// A column: its name in the header, or its number from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ColumnId {
    /// By number.
    Number(usize),
    /// By name.
    Name(String),
}

/// Where an event's id comes from: `"line"` (the file's hash and the line) or `{"column": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IdRule {
    /// `"line"`.
    Line(LineWord),
    /// `{"column": …}`: the source's own id.
    Cell(IdColumn),
}

/// The word `"line"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LineWord {
    /// `"line"`.
    #[serde(rename = "line")]
    Line,
}

/// `{"column": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdColumn {
    /// The column with the id.
    pub column: ColumnId,
}

/// When a row happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeRule {
    /// The column with the time.
    pub column: ColumnId,
    /// As in `strftime`, such as `%Y-%m-%d %H:%M`; a date alone is its midnight. Or `rfc3339`.
    pub format: String,
    /// The IANA zone of times that name none, such as `Asia/Shanghai`.
    pub zone: String,
}

/// An identifier of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhoRule {
    /// Its scheme.
    pub scheme: String,
    /// The column with its value.
    pub column: ColumnId,
    /// Its scope, where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What stands before the cell in the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

/// A field of a row: of one `column`, or the same in every row (`const`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRule {
    /// The column with its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnId>,
    /// Its value in every row.
    #[serde(rename = "const", default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// Its type; `money` where a currency is given, else `text`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub value_type: Option<ValueType>,
    /// The currency of every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The column with the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency_column: Option<ColumnId>,
}

/// The type of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// As it stands.
    Text,
    /// A number, perhaps with commas between thousands.
    Number,
    /// A number with a currency, perhaps with `¥` or `$` before it.
    Money,
    /// `true`, `yes`, `y`, `1`, `是` or `false`, `no`, `n`, `0`, `否`.
    Bool,
}

/// What becomes of the columns that no rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unmapped {
    /// Kept as fields named `csv_<column>`, which no kind declares: what comes after takes them for originals.
    #[default]
    Original,
    /// Left out.
    Drop,
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}

impl FieldRule {
    /// The type, given or implied.
    #[must_use]
    pub fn value_type(&self) -> ValueType {
        let has_currency = self.currency.is_some() || self.currency_column.is_some();
        self.value_type.unwrap_or(if has_currency { ValueType::Money } else { ValueType::Text })
    }
}

impl Mapping {
    /// Reads a mapping and checks it.
    ///
    /// # Errors
    /// The member at fault and what to do.
    pub fn read(json: &[u8]) -> Result<Self, Rejection> {
        let mapping: Self = serde_json::from_slice(json).map_err(|error| syntax(&error))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Whether the mapping makes sense, whatever the file.
    ///
    /// # Errors
    /// The first member that does not.
    pub fn check(&self) -> Result<(), Rejection> {
        if self.version != 1 {
            return Err(Rejection::invalid("version", "只支持 1", "must be 1"));
        }
        filled("name", &self.name)?;
        filled("source", &self.source)?;
        if !is_kind_name(&self.kind) {
            return Err(Rejection::invalid(
                "kind",
                "必须是以点分隔的小写英文单词，如 order.placed",
                "must be lower-case words with dots between them, such as order.placed",
            ));
        }
        self.format.check()?;
        self.time.as_ref().map_or(Ok(()), TimeRule::check)?;
        if self.who.len() > limits::WHO {
            return Err(Rejection::too_large("who", limits::WHO));
        }
        self.who.iter().try_for_each(WhoRule::check)?;
        if self.fields.len() > limits::FIELDS {
            return Err(Rejection::too_large("fields", limits::FIELDS));
        }
        self.fields.iter().try_for_each(|(name, rule)| rule.check(name))
    }
}

fn syntax(error: &serde_json::Error) -> Rejection {
    let zh = format!("映射文件第 {} 行第 {} 列有误：{error}", error.line(), error.column());
    Rejection::new(RejectionCode::Syntax, "mapping", zh, format!("the mapping is not valid: {error}"))
}

fn filled(field: &str, text: &str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(fault::empty(field));
    }
    if limits::fits(text, limits::NAME_CHARS) { Ok(()) } else { Err(Rejection::too_large(field, limits::NAME_CHARS)) }
}

impl Format {
    /// The byte between cells; none for white space.
    pub(super) fn delimiter_byte(&self) -> Option<u8> {
        self.delimiter.bytes().next().filter(|_| self.delimiter.len() == 1)
    }

    fn check(&self) -> Result<(), Rejection> {
        if self.skip_lines > limits::SKIPPED_LINES {
            return Err(Rejection::too_large("format.skip_lines", limits::SKIPPED_LINES));
        }
        if matches!(self.delimiter.as_str(), "," | ";" | "\t" | "whitespace") {
            return Ok(());
        }
        Err(Rejection::invalid(
            "format.delimiter",
            "只能是 \",\"、\";\"、\"\\t\" 或 \"whitespace\"",
            "must be \",\", \";\", \"\\t\" or \"whitespace\"",
        ))
    }
}

impl TimeRule {
    /// The zone of times that name none.
    pub(super) fn time_zone(&self) -> Result<TimeZone, Rejection> {
        TimeZone::get(&self.zone).map_err(|_| {
            Rejection::invalid("time.zone", "必须是时区名，如 Asia/Shanghai", "must be a zone such as Asia/Shanghai")
        })
    }

    fn check(&self) -> Result<(), Rejection> {
        filled("time.format", &self.format)?;
        self.time_zone().map(drop)
    }
}

impl WhoRule {
    fn check(&self) -> Result<(), Rejection> {
        if members::is_scheme(&self.scheme) {
            return Ok(());
        }
        Err(Rejection::invalid(
            "who.scheme",
            "只能含小写字母、数字和下划线",
            "may only have lower-case letters, digits and _",
        ))
    }
}

impl FieldRule {
    fn check(&self, name: &str) -> Result<(), Rejection> {
        let field = format!("fields.{name}");
        if name.is_empty() || !limits::fits(name, limits::FIELD_NAME_CHARS) {
            return Err(Rejection::too_large("fields", limits::FIELD_NAME_CHARS));
        }
        if self.column.is_some() == self.constant.is_some() {
            return Err(Rejection::invalid(&field, "column 和 const 必须且只能有一个", "needs either column or const"));
        }
        let currencies = usize::from(self.currency.is_some()) + usize::from(self.currency_column.is_some());
        if currencies != usize::from(self.value_type() == ValueType::Money) {
            return Err(Rejection::invalid(
                &field,
                "金额需要 currency 或 currency_column 之一，其他类型不能有",
                "money needs one of currency and currency_column; other types take none",
            ));
        }
        Ok(())
    }
}
