//! Kinds of events: the standard ones, and those that the workspace declares.

mod declaration;

use base::Text;
use domain::{Field, Kind, KindId, Kinds};
use pipeline::{Command, Outcome};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use declaration::{FieldDeclaration, KindDeclaration};

use crate::audit::Line;
use crate::{Actor, App, OpError, Right};

/// All kinds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KindPage {
    /// The workspace's own first, then the standard ones.
    pub items: Vec<KindView>,
}

/// A kind of event.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KindView {
    /// Its name on the wire.
    pub name: String,
    /// Whether it is known from the start, and cannot be changed.
    pub standard: bool,
    /// What people call it first.
    pub label: Text,
    /// What else people call it, in Chinese.
    pub words_zh: Vec<String>,
    /// What else people call it, in English.
    pub words_en: Vec<String>,
    /// Its declared members. Every other member of its events is an original.
    pub fields: Vec<KindField>,
}

/// A declared member of a kind.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KindField {
    /// Its name in `data`.
    pub name: String,
    /// What people call it first.
    pub label: Text,
    /// `text`, `number`, `money`, `bool` or `time`.
    #[serde(rename = "type")]
    pub field_type: &'static str,
    /// `plain`, `personal` or `original`.
    pub class: &'static str,
    /// What else people call it, in Chinese.
    pub words_zh: Vec<String>,
    /// What else people call it, in English.
    pub words_en: Vec<String>,
}

/// All kinds of a workspace.
#[must_use]
pub fn list(kinds: &Kinds) -> KindPage {
    let (own, standard): (Vec<_>, Vec<_>) = kinds.iter().map(view).partition(|kind| !kind.standard);
    KindPage { items: own.into_iter().chain(standard).collect() }
}

fn view(kind: &Kind) -> KindView {
    KindView {
        name: kind.name.clone(),
        standard: kind.id < KindId::FIRST_OWN,
        label: kind.label.clone(),
        words_zh: kind.words_zh.clone(),
        words_en: kind.words_en.clone(),
        fields: kind.fields.iter().map(field).collect(),
    }
}

fn field(field: &Field) -> KindField {
    KindField {
        name: field.name.clone(),
        label: field.label.clone(),
        field_type: field.field_type.name(),
        class: field.class.name(),
        words_zh: field.words_zh.clone(),
        words_en: field.words_en.clone(),
    }
}

/// Declares kinds, or declares them anew: one declaration, or an array of them, of which all are taken or none.
///
/// # Errors
/// The right is lacking, a declaration that cannot be read or does not fit, with its place; or the database's.
pub fn declare(app: &App, actor: &Actor, body: &Value) -> Result<KindPage, OpError> {
    actor.may(Right::WriteKinds)?;
    let declared = declaration::read(body)?;
    let names: Vec<String> = declared.iter().map(|kind| kind.name.clone()).collect();
    match app.pipeline.command(Command::Declare(declared))? {
        Outcome::Undeclared(place, fault) => {
            let mut error = OpError::from(fault);
            error.field = error.field.map(|field| format!("{}{field}", declaration::prefix(body, place)));
            Err(error)
        }
        _ => {
            Line::new("kinds.declared", &names.join(" "), Value::Null).note(app, actor)?;
            let kinds = app.kinds();
            let items = names.iter().filter_map(|name| kinds.by_name(name)).map(view).collect();
            Ok(KindPage { items })
        }
    }
}
