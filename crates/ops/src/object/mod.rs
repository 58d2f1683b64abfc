//! Objects and their fields, standard or made by people: a change is there everywhere as soon as it is answered.

pub mod convert;
mod derived;
mod field;

use base::{ObjectId, Text};
use domain::object::{Field, FieldNumber, NewObject, Object, Objects};
use pipeline::record::ObjectWrite;
use pipeline::{Command, Outcome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use derived::{FormulaRequest, FormulaSample, FormulaView, How, RollupRequest, RollupView, try_formula};
pub use field::{
    ChoiceRequest, ChoiceView, FieldChange, FieldRequest, ObjectField, add as add_field, update as update_field,
};

use crate::audit::Line;
use crate::error::without_nul;
use crate::{Actor, App, Fault, FieldAccess, OpError, RecordRights, Right, Scope, customer, record};

/// The longest label, in characters.
const LABEL_CHARS: usize = 60;
/// How often a change is tried again when somebody else's came first.
const TRIES: usize = 5;
/// Names that the API has for other things.
const RESERVED: [&str; 8] = ["customer", "customers", "user", "users", "record", "records", "object", "fields"];

/// An object.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObjectView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ObjectId,
    /// Its name in the API.
    pub name: String,
    /// What one of its records is called.
    pub label: Text,
    /// What several are called, in menus and over lists.
    pub plural: Text,
    /// What stands for it in menus.
    pub icon: String,
    /// Whether it is shown no longer.
    pub archived: bool,
    /// Its fields, in the order of forms. A record is called by the first.
    pub fields: Vec<ObjectField>,
    /// What the reader may do with its records.
    pub rights: RecordRights,
}

/// All objects that the reader may see records of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObjectPage {
    /// The objects, oldest first.
    pub items: Vec<ObjectView>,
}

/// An object to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ObjectRequest {
    /// What one of its records is called, in both languages or in one.
    pub label: Text,
    /// What several are called in English; by the rule where it is left out or empty: `companies` of `company`.
    #[serde(default)]
    pub plural: Option<String>,
    /// Its name in the API; made of the label where there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// What stands for it in menus.
    #[serde(default)]
    pub icon: Option<String>,
    /// What the field is called by which its records are; "name" where there is none.
    #[serde(default)]
    pub title: Option<Text>,
}

/// What is to change about an object; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ObjectChange {
    /// What one of its records is called.
    pub label: Option<Text>,
    /// What several are called in English; by the rule where it is empty, or where only the label changes.
    pub plural: Option<String>,
    /// What stands for it in menus.
    pub icon: Option<String>,
    /// Whether it is shown no longer; its records stay.
    pub archived: Option<bool>,
}

fn view(objects: &Objects, object: &Object, actor: &Actor) -> ObjectView {
    let builds = actor.may(Right::WriteObjects).is_ok();
    let access = |field: &Field| actor.access().field(&object.name, &field.name);
    let is_there = |field: &Field| builds || access(field) > FieldAccess::Hidden;
    let is_named = |name: &String| object.field(name).is_some_and(is_there);
    let shown = |field: &Field| {
        let mut shown = field::view(objects, object, field, record::field::access(actor, object, field));
        shown.told = customer::told::is_told(field) && access(field) == FieldAccess::Write;
        shown.choices.iter_mut().for_each(|choice| choice.wants.retain(is_named));
        shown
    };
    ObjectView {
        id: object.id,
        name: object.name.clone(),
        label: object.label.clone(),
        plural: object.several(),
        icon: object.icon.clone(),
        archived: object.archived,
        fields: object.fields.iter().filter(|field| is_there(field)).map(shown).collect(),
        rights: actor.access().of(&object.name),
    }
}

/// All objects that the reader may see records of; who builds them sees all.
#[must_use]
pub fn list(app: &App, actor: &Actor) -> ObjectPage {
    let builds = actor.may(Right::WriteObjects).is_ok();
    let objects = app.pipeline.objects();
    let shown = objects.iter().filter(|object| builds || actor.access().of(&object.name).read != Scope::None);
    ObjectPage { items: shown.map(|object| view(&objects, object, actor)).collect() }
}

/// A label in both languages: where one is missing, the other stands for it.
fn label(field: &str, label: &Text) -> Result<Text, OpError> {
    without_nul(field, &label.zh)?;
    without_nul(field, &label.en)?;
    let (zh, en) = (label.zh.trim(), label.en.trim());
    let (zh, en) = (if zh.is_empty() { en } else { zh }, if en.is_empty() { zh } else { en });
    if zh.is_empty() || zh.chars().count().max(en.chars().count()) > LABEL_CHARS {
        return Err(OpError::invalid(
            field,
            "请填写名称，最多 60 个字符",
            "a label is wanted, of at most 60 characters",
        ));
    }
    Ok(Text::new(zh, en))
}

/// What several are called in English; none where the rule says it.
fn plural(wanted: Option<&str>) -> Result<Option<String>, OpError> {
    let wanted = wanted.map(str::trim).filter(|text| !text.is_empty());
    wanted.map(|text| label("plural", &Text::same(text.to_owned())).map(|text| text.en)).transpose()
}

/// A name for the API: the one that is asked for, or one that the label suggests and nothing else has.
fn name(wanted: Option<&str>, label: &Text, otherwise: &str, taken: &dyn Fn(&str) -> bool) -> Result<String, OpError> {
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) {
        let is_good = pipeline::profile::slug(wanted) == wanted;
        if !is_good {
            let (zh, en) = (
                "名称由小写字母、数字和下划线组成，以字母开头，最多 40 个字符",
                "a name has small letters, digits and underscores, begins with a letter, and has at most 40 characters",
            );
            return Err(OpError::invalid("name", zh, en));
        }
        if taken(wanted) {
            return Err(OpError::invalid("name", "这个名称已被使用", "this name is taken"));
        }
        return Ok(wanted.to_owned());
    }
    let suggested = [pipeline::profile::slug(&label.en), otherwise.to_owned()];
    let first = suggested.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let numbered = (2..1_000).map(|number| format!("{first}_{number}"));
    let mut names = std::iter::once(first.clone()).chain(numbered);
    names.find(|name| !taken(name)).ok_or_else(|| OpError::invalid("name", "请另起名称", "choose another name"))
}

fn icon(wanted: Option<&str>) -> Result<String, OpError> {
    let icon = wanted.unwrap_or("note");
    if icon.len() > 40 || !icon.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_') {
        return Err(OpError::invalid("icon", "没有这个图标", "there is no such icon"));
    }
    Ok(icon.to_owned())
}

/// Makes an object, with one field, by which its records are called.
///
/// # Errors
/// The right is lacking, a member does not fit, there are too many objects, or the database's.
pub fn add(app: &App, actor: &Actor, request: &ObjectRequest) -> Result<ObjectView, OpError> {
    actor.may(Right::WriteObjects)?;
    let called = label("label", &request.label)?;
    let titled = request.title.clone().unwrap_or_else(|| Text::new("名称", "name"));
    let titled = label("title", &titled)?;
    let plural = plural(request.plural.as_deref())?;
    let icon = icon(request.icon.as_deref())?;
    let make = |objects: &Objects| {
        if objects.iter().count() >= domain::object::OBJECTS_LIMIT {
            return Err(OpError::invalid("label", "对象最多 200 个", "a workspace has at most 200 objects"));
        }
        let taken = |name: &str| RESERVED.contains(&name) || objects.by_name(name).is_some();
        let name = name(request.name.as_deref(), &called, "object", &taken)?;
        let fields = vec![field::title(titled.clone())];
        let new = NewObject { name, label: called.clone(), icon: icon.clone(), fields };
        Ok((None, Object { plural: plural.clone(), ..new.numbered(objects.next_id()) }))
    };
    let object = write(app, actor, make)?;
    let detail = serde_json::json!({"name": object.name, "label": object.label});
    Line::new("object.added", &object.id, detail).note(app, actor)?;
    Ok(view(&app.pipeline.objects(), &object, actor))
}

/// Changes an object.
///
/// # Errors
/// The right is lacking, there is no such object, a member does not fit, or the database's.
pub fn update(app: &App, actor: &Actor, name: &str, change: &ObjectChange) -> Result<ObjectView, OpError> {
    actor.may(Right::WriteObjects)?;
    let called = change.label.as_ref().map(|text| label("label", text)).transpose()?;
    let several = plural(change.plural.as_deref())?;
    let icon = change.icon.as_deref().map(|wanted| icon(Some(wanted))).transpose()?;
    let object = edit(app, actor, name, |object| {
        if object.is_of_customers() && change.archived == Some(true) {
            return Err(OpError::invalid("archived", "客户不能停用", "customers are always there"));
        }
        if change.plural.is_some() || called.as_ref().is_some_and(|called| called.en != object.label.en) {
            object.plural = several.clone();
        }
        object.label = called.clone().unwrap_or_else(|| object.label.clone());
        object.icon = icon.clone().unwrap_or_else(|| object.icon.clone());
        object.archived = change.archived.unwrap_or(object.archived);
        Ok(())
    })?;
    let detail = serde_json::json!({"label": change.label, "plural": change.plural, "icon": change.icon, "archived": change.archived});
    Line::new("object.changed", &object.name, detail).note(app, actor)?;
    Ok(view(&app.pipeline.objects(), &object, actor))
}

/// Changes an object as it is known, and has it written.
fn edit(
    app: &App,
    actor: &Actor,
    name: &str,
    change: impl Fn(&mut Object) -> Result<(), OpError>,
) -> Result<Object, OpError> {
    write(app, actor, |objects| {
        let was = objects.by_name(name).cloned().ok_or_else(OpError::not_found)?;
        let mut object = was.clone();
        change(&mut object)?;
        Ok((Some(was), object))
    })
}

/// Has an object written as `make` has it; when somebody else's change came first, made anew of that.
fn write(
    app: &App,
    actor: &Actor,
    make: impl Fn(&Objects) -> Result<(Option<Object>, Object), OpError>,
) -> Result<Object, OpError> {
    for _ in 0..TRIES {
        let (was, object) = make(&app.pipeline.objects())?;
        if was.as_ref() == Some(&object) {
            return Ok(object);
        }
        let write = ObjectWrite { actor: actor.id().to_owned(), object: object.clone(), was };
        if app.pipeline.command(Command::WriteObject(Box::new(write)))? == Outcome::Done {
            return Ok(object);
        }
    }
    Err(OpError::new(Fault::Later, "busy", "别人正在修改，请重试", "somebody else is changing it; try again"))
}

/// Makes the standard objects that a workspace does not have yet.
///
/// # Errors
/// The database's.
pub fn begin(app: &App) -> Result<(), OpError> {
    let actor = Actor::local();
    let known = app.pipeline.objects();
    for object in domain::standard_objects().into_iter().filter(|object| known.by_name(&object.name).is_none()) {
        write(app, &actor, |objects| Ok((None, object.clone().numbered(objects.next_id()))))?;
    }
    Ok(())
}

/// The field by which records are called, where forms and lists begin.
pub(crate) const TITLE: FieldNumber = FieldNumber::FIRST;
