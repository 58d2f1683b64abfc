//! Reading declarations of kinds from JSON, so that what is wrong is told with its place, in both languages.

use base::Text;
use domain::{Class, Declaration, Field, FieldType, Rejection, RejectionCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A kind to be declared, as the API describes it. It is read by hand below, so that every fault is told with its place.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct KindDeclaration {
    /// Its name on the wire: lower-case words between dots, such as `lesson.attended`.
    pub name: String,
    /// What people call it first; its name if absent.
    #[serde(default)]
    pub label: Option<Text>,
    /// What else people call it, in Chinese: nouns and verbs.
    #[serde(default)]
    pub words_zh: Vec<String>,
    /// What else people call it, in English: nouns (singular) and verbs (base form).
    #[serde(default)]
    pub words_en: Vec<String>,
    /// Its members. Those declared before must all be there, with the type and class they had.
    #[serde(default)]
    pub fields: Vec<FieldDeclaration>,
}

/// A member to be declared.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct FieldDeclaration {
    /// Its name in `data`.
    pub name: String,
    /// What people call it first; its name if absent.
    #[serde(default)]
    pub label: Option<Text>,
    /// `text`, `number`, `money`, `bool` or `time`.
    #[serde(rename = "type")]
    pub field_type: String,
    /// Where its value may live: `plain` for what analysis needs, `personal` for what can be deleted, `original` for the customer's own words.
    pub class: String,
    /// What else people call it, in Chinese.
    #[serde(default)]
    pub words_zh: Vec<String>,
    /// What else people call it, in English.
    #[serde(default)]
    pub words_en: Vec<String>,
}

/// What stands before a member's name for the declaration at a place.
pub(super) fn prefix(body: &Value, place: usize) -> String {
    if body.is_array() { format!("[{place}].") } else { String::new() }
}

/// Reads one declaration, or an array of them.
pub(super) fn read(body: &Value) -> Result<Vec<Declaration>, Rejection> {
    let all = body.as_array().map_or_else(|| std::slice::from_ref(body), Vec::as_slice);
    if all.is_empty() {
        return Err(Rejection::missing("name"));
    }
    all.iter().enumerate().map(|(place, one)| declaration(&prefix(body, place), one)).collect()
}

fn declaration(at: &str, value: &Value) -> Result<Declaration, Rejection> {
    let part = Part::of(at, value, &["name", "label", "words_zh", "words_en", "fields"])?;
    let name = part.text("name")?;
    let label = part.label(&name)?;
    let fields = part.list("fields")?.iter().enumerate();
    let fields = fields.map(|(place, one)| field(&format!("{at}fields[{place}]."), one));
    Ok(Declaration {
        name,
        label,
        words_zh: part.words("words_zh")?,
        words_en: part.words("words_en")?,
        fields: fields.collect::<Result<_, _>>()?,
    })
}

fn field(at: &str, value: &Value) -> Result<Field, Rejection> {
    let part = Part::of(at, value, &["name", "label", "type", "class", "words_zh", "words_en"])?;
    let name = part.text("name")?;
    Ok(Field {
        label: part.label(&name)?,
        field_type: part.one_of("type", &FieldType::ALL.map(|one| (one.name(), one)))?,
        class: part.one_of("class", &Class::ALL.map(|one| (one.name(), one)))?,
        words_zh: part.words("words_zh")?,
        words_en: part.words("words_en")?,
        name,
    })
}

/// An object, and what stands before its members' names.
struct Part<'v> {
    at: &'v str,
    members: &'v Map<String, Value>,
}

impl<'v> Part<'v> {
    fn of(at: &'v str, value: &'v Value, known: &[&str]) -> Result<Self, Rejection> {
        let Some(members) = value.as_object() else {
            return Err(Rejection::invalid(at.trim_end_matches('.'), "应为 JSON 对象", "a JSON object is wanted"));
        };
        if let Some(other) = members.keys().find(|name| !known.contains(&name.as_str())) {
            let (zh, en) = (known.join("、"), known.join(", "));
            let at = format!("{at}{other}");
            return Err(Rejection::invalid(
                &at,
                &format!("不认识；可用 {zh}"),
                &format!("is not known; there are {en}"),
            ));
        }
        Ok(Self { at, members })
    }

    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.at)
    }

    fn text(&self, name: &str) -> Result<String, Rejection> {
        match self.members.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            None | Some(Value::Null) => Err(Rejection::missing(&self.path(name))),
            Some(_) => Err(Rejection::invalid(&self.path(name), "应为文本", "a text is wanted")),
        }
    }

    /// A label in both languages, or one wording for both.
    fn label(&self, name: &str) -> Result<Text, Rejection> {
        let at = self.path("label");
        match self.members.get("label") {
            None | Some(Value::Null) => Ok(Text::same(name)),
            Some(Value::String(text)) => Ok(Text::same(text)),
            Some(value) => {
                let at = format!("{at}.");
                let part = Part::of(&at, value, &["zh", "en"])?;
                Ok(Text::new(part.text("zh")?, part.text("en")?))
            }
        }
    }

    fn list(&self, name: &str) -> Result<&'v [Value], Rejection> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(Rejection::invalid(&self.path(name), "应为数组", "an array is wanted")),
        }
    }

    fn words(&self, name: &str) -> Result<Vec<String>, Rejection> {
        let word = |(place, value): (usize, &Value)| {
            let at = self.path(&format!("{name}[{place}]"));
            value.as_str().map(str::to_owned).ok_or_else(|| Rejection::invalid(&at, "应为文本", "a text is wanted"))
        };
        self.list(name)?.iter().enumerate().map(word).collect()
    }

    fn one_of<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<T, Rejection> {
        let text = self.text(name)?;
        let found = known.iter().find(|(known, _)| *known == text).map(|(_, value)| *value);
        found.ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let at = self.path(name);
            let zh = format!("{at}：应为 {}", names.join("、"));
            let en = format!("{at}: one of {} is wanted", names.join(", "));
            Rejection::new(RejectionCode::Invalid, at, zh, en)
        })
    }
}
