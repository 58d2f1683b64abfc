//! Declaring kinds: what a workspace says of its own events, and how that may change. A declaration only grows: stored
//! events keep their fields by place, and what was logged in the clear, or sealed, stays so.

use base::Text;

use crate::kind::{Class, Field, FieldType, Kind, KindId, Kinds, is_kind_name};
use crate::rejection::{Rejection, RejectionCode};

/// The most fields of a kind.
pub const FIELDS_LIMIT: usize = 200;
/// The most other words for a kind or a field, in one language.
pub const WORDS_LIMIT: usize = 20;
/// The longest name, label or word, in characters.
pub const NAME_CHARS: usize = 64;

/// Members of `data` that mean the same in every kind.
const RESERVED: [&str; 3] = ["who", "about", "attachments"];

/// What a workspace says of one of its own kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Its name on the wire.
    pub name: String,
    /// What people call it first.
    pub label: Text,
    /// What else people call it, in Chinese.
    pub words_zh: Vec<String>,
    /// What else people call it, in English.
    pub words_en: Vec<String>,
    /// Its fields. Those declared before keep their places; new ones follow.
    pub fields: Vec<Field>,
}

impl Declaration {
    /// The kind as it is from now on. Faults name their place within the declaration.
    ///
    /// # Errors
    /// A name, label or field that does not fit, or a change that is not growth.
    ///
    /// ```
    /// use domain::{Class, Declaration, Field, FieldType, Kinds};
    /// let fee = Field { name: "fee".into(), label: base::Text::new("学费", "fee"), field_type: FieldType::Money,
    ///     class: Class::Plain, words_zh: vec![], words_en: vec![] };
    /// let lesson = Declaration { name: "lesson.attended".into(), label: base::Text::new("上课", "lesson"),
    ///     words_zh: vec![], words_en: vec![], fields: vec![fee] };
    /// let mut kinds = Kinds::standard();
    /// kinds.add(lesson.clone().kind(&kinds).unwrap());
    /// let fewer = Declaration { fields: vec![], ..lesson };
    /// assert_eq!(fewer.kind(&kinds).unwrap_err().field, "fields");
    /// ```
    pub fn kind(self, kinds: &Kinds) -> Result<Kind, Rejection> {
        self.check()?;
        let known = kinds.by_name(&self.name);
        if known.is_some_and(|kind| kind.id < KindId::FIRST_OWN) {
            let en = "is a standard kind, which cannot be changed; choose another name";
            return Err(Rejection::invalid("name", "是标准事件类型，不能更改，请另取名称", en));
        }
        let fields = match known {
            Some(kind) => grown(&kind.fields, self.fields)?,
            None => self.fields,
        };
        let id = known.map_or_else(|| kinds.next_own(), |kind| kind.id);
        let Self { name, label, words_zh, words_en, .. } = self;
        Ok(Kind { id, name, label, words_zh, words_en, fields })
    }

    fn check(&self) -> Result<(), Rejection> {
        if !is_kind_name(&self.name) {
            let zh = "应为小写英文单词，可用点分隔，如 lesson.attended，最多 64 个字符";
            let en = "lower-case words between dots are wanted, such as lesson.attended, at most 64 characters";
            return Err(Rejection::invalid("name", zh, en));
        }
        words("", &self.label, &self.words_zh, &self.words_en)?;
        if self.fields.len() > FIELDS_LIMIT {
            return Err(Rejection::too_large("fields", FIELDS_LIMIT));
        }
        for (place, field) in self.fields.iter().enumerate() {
            let at = format!("fields[{place}].");
            let name = format!("{at}name");
            text(&name, &field.name)?;
            if RESERVED.contains(&field.name.as_str()) {
                let en = "who, about and attachments mean the same in every kind and are not declared";
                return Err(Rejection::invalid(&name, "who、about、attachments 各类型通用，无需声明", en));
            }
            if self.fields.iter().take(place).any(|earlier| earlier.name == field.name) {
                return Err(Rejection::invalid(&name, "重复声明", "is declared twice"));
            }
            words(&at, &field.label, &field.words_zh, &field.words_en)?;
        }
        Ok(())
    }
}

fn words(at: &str, label: &Text, zh: &[String], en: &[String]) -> Result<(), Rejection> {
    text(&format!("{at}label.zh"), &label.zh)?;
    text(&format!("{at}label.en"), &label.en)?;
    for (name, words) in [("words_zh", zh), ("words_en", en)] {
        if words.len() > WORDS_LIMIT {
            return Err(Rejection::too_large(&format!("{at}{name}"), WORDS_LIMIT));
        }
        words.iter().enumerate().try_for_each(|(place, word)| text(&format!("{at}{name}[{place}]"), word))?;
    }
    Ok(())
}

fn text(at: &str, text: &str) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::missing(at));
    }
    if text.chars().count() > NAME_CHARS {
        return Err(Rejection::too_large(at, NAME_CHARS));
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        let en = "must not begin or end with a space or hold control characters";
        return Err(Rejection::invalid(at, "首尾不能有空格，也不能含控制字符", en));
    }
    Ok(())
}

/// The fields known before at their places, as they are now called, and the new ones after them.
fn grown(known: &[Field], declared: Vec<Field>) -> Result<Vec<Field>, Rejection> {
    let mut fields = known.to_vec();
    for old in known {
        if !declared.iter().any(|field| field.name == old.name) {
            let zh = format!("字段只增不减：缺少已声明的 {}", old.name);
            let en = format!("fields only grow: {}, declared before, is missing", old.name);
            return Err(Rejection::new(RejectionCode::Invalid, "fields", zh, en));
        }
    }
    for (place, field) in declared.into_iter().enumerate() {
        let Some(old) = fields.iter_mut().find(|old| old.name == field.name) else {
            fields.push(field);
            continue;
        };
        if old.field_type != field.field_type {
            let en = "cannot change: stored events have values of the type declared before; declare another field";
            return Err(Rejection::invalid(
                &format!("fields[{place}].type"),
                "不能更改：已有事件按原类型存储，请另设字段",
                en,
            ));
        }
        if old.class != field.class {
            let en = "cannot change: values of stored events stay where they are; declare another field";
            return Err(Rejection::invalid(
                &format!("fields[{place}].class"),
                "不能更改：已有事件的值已按原类别存放，请另设字段",
                en,
            ));
        }
        *old = field;
    }
    Ok(fields)
}

impl FieldType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Text, Self::Number, Self::Money, Self::Bool, Self::Time];

    /// Its name in declarations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Money => "money",
            Self::Bool => "bool",
            Self::Time => "time",
        }
    }
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Personal, Self::Original];

    /// Its name in declarations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Personal => "personal",
            Self::Original => "original",
        }
    }
}
