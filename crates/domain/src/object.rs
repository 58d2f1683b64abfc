//! Objects: the CRM's tables, standard or made by users; their fields, and what a field holds.
//!
//! ```
//! use base::ObjectId;
//! use domain::object::{Object, Type};
//! let deal = domain::standard_objects().into_iter().find(|object| object.name == "deal").unwrap().numbered(ObjectId::new(1));
//! assert_eq!(deal.field("amount").unwrap().holds, Type::Money);
//! assert_eq!(deal.title().unwrap().label.zh, "商机名称");
//! ```

mod derived;
mod plural;
pub mod several;

use base::{ObjectId, Text};
use serde::{Deserialize, Serialize};

pub use derived::{Derived, Fact, Gathering, Rollup, Source, Written};

/// The object whose records are the customers: they come of events and are joined and parted by them.
pub const CUSTOMER: &str = "customer";
/// The most objects of a workspace.
pub const OBJECTS_LIMIT: usize = 200;
/// The most fields of an object, archived ones too: each is a column.
pub const FIELDS_LIMIT: usize = 400;
/// The most choices of a field: a set of them fits 64 bits.
pub const CHOICES_LIMIT: usize = 60;
/// The most tags of a record's field, and the most records that it leads to.
pub const SEVERAL_LIMIT: usize = 100;
/// The longest tag, in characters.
pub const TAG_CHARS: usize = 50;
/// The parts of an address, from the widest to the narrowest, and the postal code.
pub const ADDRESS_PARTS: [&str; 6] = ["country", "region", "city", "district", "street", "postcode"];
/// The longest part of an address, in characters.
pub const ADDRESS_CHARS: usize = 200;
/// The most files of a record's field.
pub const FILES_LIMIT: usize = 10;
/// The most fields that a choice wants.
pub const WANTS_LIMIT: usize = 20;
/// What stands behind the name of a field whose place another has taken. No name has it.
pub const FORMER: char = '~';
/// Through how many others a field's value may follow from what people set.
pub const DERIVED_DEPTH: usize = 8;
/// The longest text of a field, in characters.
pub const TEXT_CHARS: usize = 1_000;
/// The longest long text of a field, in characters.
pub const LONG_TEXT_CHARS: usize = 50_000;

/// The number of a field within its object, which never changes and is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FieldNumber(pub u16);

impl FieldNumber {
    /// The field that says whose a record is.
    pub const OWNER: Self = Self(1);
    /// The field that says when a record was made.
    pub const CREATED: Self = Self(2);
    /// The field that says when a record was changed last.
    pub const CHANGED: Self = Self(3);
    /// Where fields begin that people see and make.
    pub const FIRST: Self = Self(10);
}

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Type {
    /// A line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// An exact decimal with up to four places.
    Number,
    /// An amount in the workspace's currency.
    Money,
    /// A percentage: 12.5 is 12.5 %.
    Percent,
    /// A day.
    Date,
    /// An instant.
    Instant,
    /// Yes or no.
    Bool,
    /// One of some choices.
    Choice {
        /// The choices.
        choices: Vec<Choice>,
    },
    /// Any of some choices.
    MultiChoice {
        /// The choices.
        choices: Vec<Choice>,
    },
    /// A person of the workspace.
    User,
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
    /// The address of a page.
    Link,
    /// A customer.
    Customer,
    /// A record of an object.
    Relation {
        /// The object's name.
        to: String,
    },
    /// Several records of an object.
    Relations {
        /// The object's name.
        to: String,
    },
    /// Short texts that people make up as they go.
    Tags,
    /// Where somebody or something is.
    Address,
    /// Some of the files kept with the record. Its text has what they are called, as far as they were not removed.
    Files,
}

/// A choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its number within the field, from 0, which never changes.
    pub number: u8,
    /// What it is called.
    pub label: Text,
    /// Whether it is offered no longer.
    #[serde(default)]
    pub archived: bool,
    /// The names of fields that are filled in where a record comes to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wants: Vec<String>,
}

/// How a value is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// As a whole number: decimals in ten-thousandths, days since 1970, instants in milliseconds, numbers of ids and choices.
    Int,
    /// As text.
    Text,
}

/// A stored value. What it means says the field's [`Type`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Cell {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
}

impl Type {
    /// How its values are stored.
    #[must_use]
    pub const fn storage(&self) -> Storage {
        match self {
            Self::Text
            | Self::LongText
            | Self::Phone
            | Self::Email
            | Self::Link
            | Self::Relations { .. }
            | Self::Tags
            | Self::Address
            | Self::Files => Storage::Text,
            _ => Storage::Int,
        }
    }

    /// The name of the object to whose records it leads, if it does.
    #[must_use]
    pub fn leads_to(&self) -> Option<&str> {
        match self {
            Self::Relation { to } | Self::Relations { to } => Some(to),
            Self::Customer => Some(CUSTOMER),
            _ => None,
        }
    }

    /// The choices, if it has some.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        match self {
            Self::Choice { choices } | Self::MultiChoice { choices } => choices,
            _ => &[],
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Number => "number",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Date => "date",
            Self::Instant => "instant",
            Self::Bool => "bool",
            Self::Choice { .. } => "choice",
            Self::MultiChoice { .. } => "multi_choice",
            Self::User => "user",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Link => "link",
            Self::Customer => "customer",
            Self::Relation { .. } => "relation",
            Self::Relations { .. } => "relations",
            Self::Tags => "tags",
            Self::Address => "address",
            Self::Files => "files",
        }
    }
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its number.
    pub number: FieldNumber,
    /// Its name in the API, which never changes.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// What it holds.
    pub holds: Type,
    /// Whether a record must have it.
    #[serde(default)]
    pub required: bool,
    /// Whether it is shown no longer; its values stay.
    #[serde(default)]
    pub archived: bool,
    /// Whether its values tell of a person, so that they go when the person is erased. Phones and e-mail addresses always do.
    #[serde(default)]
    pub personal: bool,
    /// How its value follows from others; none where people set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<Derived>,
    /// The field of another type whose values are being brought over to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converts: Option<FieldNumber>,
}

impl Field {
    /// Whether its values tell of a person.
    #[must_use]
    pub const fn is_personal(&self) -> bool {
        self.personal || matches!(self.holds, Type::Phone | Type::Email | Type::Address)
    }

    /// What it says of a customer, where that is known from events.
    #[must_use]
    pub fn fact(&self) -> Option<Fact> {
        match self.derived.as_ref()?.from {
            Source::Customer(fact) => Some(fact),
            _ => None,
        }
    }

    /// Whether its values say who a customer is to whoever has them: they are masked until someone reveals them.
    #[must_use]
    pub fn identifies(&self) -> bool {
        matches!(self.fact(), Some(Fact::Phone | Fact::Email))
    }

    /// Its name once another has taken its place: what was said of it by its name still is said of it.
    #[must_use]
    pub fn former_name(&self) -> String {
        format!("{}{FORMER}{}", self.name, self.number.0)
    }

    /// Whether the program itself sets it.
    #[must_use]
    pub const fn is_automatic(&self) -> bool {
        self.derived.is_some() || matches!(self.number, FieldNumber::CREATED | FieldNumber::CHANGED)
    }

    /// Whether its value is set with a change of values: not by the program, nor by files that come and go.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        !self.is_automatic() && !matches!(self.holds, Type::Files)
    }
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its id.
    pub id: ObjectId,
    /// Its name in the API, which never changes.
    pub name: String,
    /// What one of its records is called.
    pub label: Text,
    /// What several are called in English, where that is not as the rule has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural: Option<String>,
    /// What stands for it in menus.
    pub icon: String,
    /// Its fields, in the order in which forms show them. The first is what a record is called by.
    pub fields: Vec<Field>,
    /// Whether it is shown no longer; its records stay.
    #[serde(default)]
    pub archived: bool,
}

impl Object {
    /// What several of its records are called: in menus and over lists. In Chinese that is what one is called.
    ///
    /// ```
    /// let company = domain::standard_objects().into_iter().find(|object| object.name == "company").unwrap();
    /// assert_eq!(company.numbered(base::ObjectId::new(1)).several().en, "companies");
    /// ```
    #[must_use]
    pub fn several(&self) -> Text {
        let Text { zh, en } = &self.label;
        Text::new(zh.clone(), self.plural.clone().unwrap_or_else(|| plural::plural(en)))
    }

    /// A field by its name in the API.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A field by its number.
    #[must_use]
    pub fn numbered_field(&self, number: FieldNumber) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == number)
    }

    /// The field by whose text a record is called.
    #[must_use]
    pub fn title(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.number == FieldNumber::FIRST)
    }

    /// Whether its records are the customers.
    #[must_use]
    pub fn is_of_customers(&self) -> bool {
        self.name == CUSTOMER
    }

    /// The fields that say what is known of a customer, where its records are customers.
    pub fn facts(&self) -> impl Iterator<Item = (FieldNumber, Fact)> + '_ {
        self.fields.iter().filter_map(|field| Some((field.number, field.fact()?)))
    }

    /// The number of the next field.
    #[must_use]
    pub fn next_field(&self) -> FieldNumber {
        let last = self.fields.iter().map(|field| field.number.0).max().unwrap_or(0);
        FieldNumber(last.max(FieldNumber::FIRST.0 - 1).saturating_add(1))
    }
}

/// An object as it is asked for, before it has numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObject {
    /// Its name in the API.
    pub name: String,
    /// What one of its records is called.
    pub label: Text,
    /// What stands for it in menus.
    pub icon: String,
    /// Its fields, the first of which is text.
    pub fields: Vec<NewField>,
}

/// A field as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewField {
    /// Its name in the API.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// What it holds.
    pub holds: Type,
    /// Whether a record must have it.
    pub required: bool,
    /// Whether its values tell of a person.
    pub personal: bool,
    /// How its value follows from others; none where people set it.
    pub derived: Option<Derived>,
}

impl NewField {
    /// One that people set, and need not.
    #[must_use]
    pub fn plain(name: &str, label: Text, holds: Type) -> Self {
        Self { name: name.to_owned(), label, holds, required: false, personal: false, derived: None }
    }

    /// The field with its number.
    #[must_use]
    pub fn numbered(self, number: FieldNumber) -> Field {
        let Self { name, label, holds, required, personal, derived } = self;
        Field { number, name, label, holds, required, archived: false, personal, derived, converts: None }
    }
}

impl NewObject {
    /// The object with its numbers, and the fields that every object has.
    #[must_use]
    pub fn numbered(self, id: ObjectId) -> Object {
        let Self { name, label, icon, fields } = self;
        let numbers = (FieldNumber::FIRST.0..).map(FieldNumber);
        let own = fields.into_iter().zip(numbers).map(|(field, number)| field.numbered(number));
        let always = [
            (FieldNumber::OWNER, "owner", "负责人", "owner", Type::User),
            (FieldNumber::CREATED, "created_at", "创建时间", "created", Type::Instant),
            (FieldNumber::CHANGED, "changed_at", "修改时间", "changed", Type::Instant),
        ];
        let always = always
            .map(|(number, name, zh, en, holds)| NewField::plain(name, Text::new(zh, en), holds).numbered(number));
        Object { id, name, label, plural: None, icon, fields: own.chain(always).collect(), archived: false }
    }
}

/// The objects of a workspace.
#[derive(Debug, Clone, Default)]
pub struct Objects(Vec<Object>);

impl Objects {
    /// From stored objects.
    #[must_use]
    pub fn new(all: Vec<Object>) -> Self {
        Self(all)
    }

    /// An object by its name in the API.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Object> {
        self.0.iter().find(|object| object.name == name)
    }

    /// An object by its id.
    #[must_use]
    pub fn by_id(&self, id: ObjectId) -> Option<&Object> {
        self.0.iter().find(|object| object.id == id)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Object> {
        self.0.iter()
    }

    /// Adds an object, or puts it in place of the one with its id.
    pub fn put(&mut self, object: Object) {
        match self.0.iter_mut().find(|known| known.id == object.id) {
            Some(known) => *known = object,
            None => self.0.push(object),
        }
    }

    /// The id of the next object.
    #[must_use]
    pub fn next_id(&self) -> ObjectId {
        ObjectId::new(self.0.iter().map(|object| object.id.number()).max().unwrap_or(0) + 1)
    }
}
