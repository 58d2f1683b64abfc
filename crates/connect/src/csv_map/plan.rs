//! A mapping bound to a file's columns: what makes an event of a row.

use std::borrow::Cow;

use base::{Currency, TimeZone, Timestamp};
use csv::ByteRecord;
use domain::{Incoming, IncomingIdentifier, IncomingValue, Rejection};

use super::cell;
use super::mapping::{ColumnId, Encoding, FieldRule, IdRule, Mapping, Unmapped, ValueType, WhoRule};
use crate::members::{self, Fields};
use crate::{fault, limits};

/// The place of a cell in its row.
type Place = usize;

/// The same in every row, or of a column.
enum ConstOr<T> {
    Const(T),
    Column(Place),
}

struct Who {
    scheme: String,
    place: Place,
    scope: Option<String>,
    prefix: String,
    field: String,
}

struct Field {
    name: String,
    from: ConstOr<String>,
    value_type: ValueType,
    currency: Option<ConstOr<Currency>>,
    field: String,
}

struct Time {
    place: Place,
    format: String,
    zone: TimeZone,
}

/// A mapping bound to a file's columns.
pub(super) struct Plan {
    encoding: Encoding,
    source: String,
    kind: String,
    file_hash: String,
    id: Option<Place>,
    time: Option<Time>,
    who: Vec<Who>,
    fields: Vec<Field>,
    unmapped: Unmapped,
    originals: Option<Vec<String>>,
    mapped: Vec<Place>,
    width: Option<usize>,
}

/// Finds columns, and notes which were asked for.
struct Columns<'a> {
    header: Option<&'a [String]>,
    mapped: Vec<Place>,
}

impl Columns<'_> {
    fn place(&mut self, column: &ColumnId, field: &str) -> Result<Place, Rejection> {
        let found = match (column, self.header) {
            (ColumnId::Name(name), Some(header)) => header.iter().position(|known| known == name),
            (ColumnId::Number(number), Some(header)) => number.checked_sub(1).filter(|place| *place < header.len()),
            (ColumnId::Number(number), None) => number.checked_sub(1),
            (ColumnId::Name(_), None) => None,
        };
        let place = found.ok_or_else(|| {
            Rejection::invalid(
                field,
                "表中没有映射所说的这一列（没有表头时请用从 1 开始的列号）",
                "the table has no such column (without a header, use numbers from 1)",
            )
        })?;
        self.mapped.push(place);
        Ok(place)
    }
}

impl Plan {
    /// Binds a mapping to a header.
    pub(super) fn new(mapping: &Mapping, header: Option<&[String]>, file_hash: &str) -> Result<Self, Rejection> {
        mapping.check()?;
        let mut columns = Columns { header, mapped: Vec::new() };
        let id = match &mapping.id {
            IdRule::Line(_) => None,
            IdRule::Cell(rule) => Some(columns.place(&rule.column, "id.column")?),
        };
        let time = time(mapping, &mut columns)?;
        let who = who(mapping, &mut columns)?;
        let fields =
            mapping.fields.iter().map(|(name, rule)| field(name, rule, &mut columns)).collect::<Result<_, _>>()?;
        Ok(Self {
            encoding: mapping.format.encoding,
            source: mapping.source.clone(),
            kind: mapping.kind.clone(),
            file_hash: file_hash.to_owned(),
            id,
            time,
            who,
            fields,
            unmapped: mapping.unmapped,
            mapped: columns.mapped,
            originals: header.map(original_names),
            width: header.map(<[String]>::len),
        })
    }

    /// The event of a row. Without a header, the first row tells how many cells the others have.
    pub(super) fn event(&mut self, record: &ByteRecord, line: usize) -> Result<Incoming<'static>, Rejection> {
        let width = *self.width.get_or_insert(record.len());
        if record.len() != width {
            return Err(fault::syntax("这一行的列数与其他行不同", "the row has more or fewer cells than the others"));
        }
        let cells = cell::all(record, self.encoding)?;
        Ok(Incoming {
            source: Cow::Owned(self.source.clone()),
            id: self.id(&cells, line)?,
            kind: Cow::Owned(self.kind.clone()),
            time: self.time(&cells)?,
            who: self.who(&cells)?,
            fields: self.fields(&cells)?,
            attachments: Vec::new(),
        })
    }

    fn id(&self, cells: &[String], line: usize) -> Result<Cow<'static, str>, Rejection> {
        let id = match self.id {
            None => format!("{}:{line}", self.file_hash),
            Some(place) => at(cells, place).ok_or_else(|| Rejection::missing("id"))?.to_owned(),
        };
        members::name("id", Cow::Owned(id), limits::NAME_CHARS)
    }

    fn time(&self, cells: &[String]) -> Result<Option<Timestamp>, Rejection> {
        let Some(rule) = &self.time else { return Ok(None) };
        let text = at(cells, rule.place).ok_or_else(|| Rejection::missing("time"))?;
        cell::time(text, &rule.format, &rule.zone).map(Some)
    }

    fn who(&self, cells: &[String]) -> Result<Vec<IncomingIdentifier<'static>>, Rejection> {
        let found = self.who.iter().filter_map(|rule| Some((rule, at(cells, rule.place)?)));
        let all = found.map(|(rule, text)| {
            let value = format!("{}{text}", rule.prefix);
            if !limits::fits(&value, limits::IDENTIFIER_CHARS) {
                return Err(Rejection::too_large(&rule.field, limits::IDENTIFIER_CHARS));
            }
            let scope = rule.scope.clone().map(Cow::Owned);
            Ok(IncomingIdentifier { scheme: Cow::Owned(rule.scheme.clone()), value: Cow::Owned(value), scope })
        });
        all.collect()
    }

    fn fields(&self, cells: &[String]) -> Result<Fields<'static>, Rejection> {
        let mut fields = Vec::with_capacity(self.fields.len());
        for rule in &self.fields {
            if let Some(value) = rule.value(cells)? {
                members::add(&mut fields, Cow::Owned(rule.name.clone()), value)?;
            }
        }
        if self.unmapped == Unmapped::Original {
            self.originals(cells, &mut fields)?;
        }
        Ok(fields)
    }

    fn originals(&self, cells: &[String], fields: &mut Fields<'static>) -> Result<(), Rejection> {
        let left = cells.iter().enumerate().filter(|(place, text)| !self.mapped.contains(place) && !text.is_empty());
        left.into_iter().try_for_each(|(place, text)| {
            let name = self.originals.as_ref().and_then(|names| names.get(place)).cloned();
            let name = name.unwrap_or_else(|| numbered(place));
            members::add(fields, Cow::Owned(name), IncomingValue::Text(Cow::Owned(text.clone())))
        })
    }
}

/// The names of fields for columns that nobody mapped; a number where the header's name would not do.
fn original_names(header: &[String]) -> Vec<String> {
    let named = header.iter().enumerate().map(|(place, name)| {
        let is_first = header.iter().position(|other| other == name) == Some(place);
        let full = format!("csv_{name}");
        let is_fit = is_first && !name.is_empty() && limits::fits(&full, limits::FIELD_NAME_CHARS);
        if is_fit { full } else { numbered(place) }
    });
    named.collect()
}

fn numbered(place: Place) -> String {
    format!("csv_{}", place + 1)
}

fn time(mapping: &Mapping, columns: &mut Columns<'_>) -> Result<Option<Time>, Rejection> {
    let Some(rule) = &mapping.time else { return Ok(None) };
    let place = columns.place(&rule.column, "time.column")?;
    Ok(Some(Time { place, format: rule.format.clone(), zone: rule.time_zone()? }))
}

fn who(mapping: &Mapping, columns: &mut Columns<'_>) -> Result<Vec<Who>, Rejection> {
    let bind = |rule: &WhoRule| {
        Ok(Who {
            scheme: rule.scheme.clone(),
            place: columns.place(&rule.column, &format!("who.{}.column", rule.scheme))?,
            scope: rule.scope.clone(),
            prefix: rule.prefix.clone().unwrap_or_default(),
            field: format!("who.{}", rule.scheme),
        })
    };
    mapping.who.iter().map(bind).collect()
}

fn field(name: &str, rule: &FieldRule, columns: &mut Columns<'_>) -> Result<Field, Rejection> {
    let from = match (&rule.column, &rule.constant) {
        (Some(column), _) => ConstOr::Column(columns.place(column, &format!("fields.{name}.column"))?),
        (None, constant) => ConstOr::Const(constant.clone().unwrap_or_default()),
    };
    let currency = match (&rule.currency, &rule.currency_column) {
        (Some(currency), _) => Some(ConstOr::Const(*currency)),
        (None, Some(column)) => {
            Some(ConstOr::Column(columns.place(column, &format!("fields.{name}.currency_column"))?))
        }
        (None, None) => None,
    };
    Ok(Field { name: name.to_owned(), from, value_type: rule.value_type(), currency, field: format!("data.{name}") })
}

impl Field {
    /// The value in a row; none if its cell is empty.
    fn value(&self, cells: &[String]) -> Result<Option<IncomingValue<'static>>, Rejection> {
        let text = match &self.from {
            ConstOr::Const(text) => Some(text.as_str()),
            ConstOr::Column(place) => at(cells, *place),
        };
        match (text, &self.currency) {
            (None, _) => Ok(None),
            (Some(text), None) => cell::value(&self.field, text.to_owned(), self.value_type).map(Some),
            (Some(text), Some(currency)) => {
                let value = cell::number(&self.field, text)?;
                Ok(Some(IncomingValue::Money(value.into(), self.currency(currency, cells)?.into())))
            }
        }
    }

    fn currency(&self, rule: &ConstOr<Currency>, cells: &[String]) -> Result<String, Rejection> {
        let text = match rule {
            ConstOr::Const(currency) => return Ok(currency.to_string()),
            ConstOr::Column(place) => at(cells, *place).unwrap_or_default(),
        };
        let currency: Result<Currency, _> = text.to_ascii_uppercase().parse();
        currency.map(|currency| currency.to_string()).map_err(|_| {
            Rejection::invalid(
                &self.field,
                "货币必须是三个字母的代码，如 CNY",
                "the currency must be a code such as CNY",
            )
        })
    }
}

/// A cell that is not empty.
fn at(cells: &[String], place: Place) -> Option<&str> {
    cells.get(place).map(String::as_str).filter(|text| !text.is_empty())
}
