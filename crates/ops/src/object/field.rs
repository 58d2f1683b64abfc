//! Fields of objects.

use base::Text;
use domain::object::{
    CHOICES_LIMIT, Choice, Derived, FIELDS_LIMIT, Field, FieldNumber, NewField, Object, Objects, Source, Type,
    WANTS_LIMIT,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::derived::{self, RollupRequest, RollupView};
use super::{ObjectView, edit, label, name, view as object_view};
use crate::audit::Line;
use crate::{Actor, App, FieldAccess, OpError, Right};

/// The most fields of a line of text: each has a second column to be sorted by, and PostgreSQL's rows have an end.
const TEXTS: usize = 150;

/// A field.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObjectField {
    /// Its name in the API.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// What it holds: `text`, `long_text`, `number`, `money`, `percent`, `date`, `instant`, `bool`, `choice`, `multi_choice`, `user`,
    /// `phone`, `email`, `link`, `customer`, `relation`, `relations`, `tags` or `address`.
    #[serde(rename = "type")]
    pub holds: String,
    /// Whether a record must have it.
    pub required: bool,
    /// Whether it is shown no longer.
    pub archived: bool,
    /// Whether its values tell of a person, so that they go when the person is erased; phones and addresses always do.
    pub personal: bool,
    /// Whether the program itself sets it.
    pub automatic: bool,
    /// Whether it is what events say of a customer.
    pub known: bool,
    /// Whether the reader may tell it of a customer all the same: what they say is an event, and what is known follows.
    pub told: bool,
    /// What the reader may do with it.
    pub access: FieldAccess,
    /// The choices, if it has some.
    pub choices: Vec<ChoiceView>,
    /// The name of the object that a relation leads to.
    pub to: Option<String>,
    /// The formula that its value follows from, in both languages.
    pub formula: Option<Text>,
    /// What its value gathers.
    pub rollup: Option<RollupView>,
    /// Whether its value is still being computed for the records that there are.
    pub pending: bool,
}

/// A choice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChoiceView {
    /// Its number, by which values name it.
    pub number: u8,
    /// What it is called.
    pub label: Text,
    /// Whether it is offered no longer.
    pub archived: bool,
    /// The names of fields that are filled in where a record comes to it.
    pub wants: Vec<String>,
}

/// A field to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct FieldRequest {
    /// What it is called, in both languages or in one.
    pub label: Text,
    /// Its name in the API; made of the label where there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// What it holds, as in a [`ObjectField`]; or `formula` or `rollup`, which say themselves what they hold.
    #[serde(rename = "type")]
    pub holds: String,
    /// Whether a record must have it.
    #[serde(default)]
    pub required: bool,
    /// Whether its values tell of a person, so that they go when the person is erased.
    #[serde(default)]
    pub personal: bool,
    /// The choices, if it has some.
    #[serde(default)]
    pub choices: Vec<Text>,
    /// The name of the object that a relation leads to.
    #[serde(default)]
    pub to: Option<String>,
    /// For a `formula`: what its value follows from, over the record's other fields by their labels or names, such as `amount * 10%`.
    #[serde(default)]
    pub formula: Option<String>,
    /// For a `rollup`: what it gathers.
    #[serde(default)]
    pub rollup: Option<RollupRequest>,
}

/// What is to change about a field; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct FieldChange {
    /// What it is called.
    pub label: Option<Text>,
    /// Whether a record must have it from now on.
    pub required: Option<bool>,
    /// Whether it is shown no longer; its values stay.
    pub archived: Option<bool>,
    /// Whether its values tell of a person.
    pub personal: Option<bool>,
    /// All choices as they shall be, in their order; those that are left out are archived.
    pub choices: Option<Vec<ChoiceRequest>>,
    /// What a formula says from now on; what it comes to must be of the same type.
    pub formula: Option<String>,
    /// What a rollup gathers from now on, of the same type.
    pub rollup: Option<RollupRequest>,
}

/// A choice as it shall be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChoiceRequest {
    /// The number of one that is there; none for a new one.
    #[serde(default)]
    pub number: Option<u8>,
    /// What it is called.
    pub label: Text,
    /// The names of fields that are filled in where a record comes to it, at most 20; as before where it is left out.
    #[serde(default)]
    pub wants: Option<Vec<String>>,
}

pub(super) fn view(objects: &Objects, object: &Object, field: &Field, access: FieldAccess) -> ObjectField {
    let choice = |choice: &Choice| ChoiceView {
        number: choice.number,
        label: choice.label.clone(),
        archived: choice.archived,
        wants: choice.wants.clone(),
    };
    ObjectField {
        name: field.name.clone(),
        label: field.label.clone(),
        holds: field.holds.name().to_owned(),
        required: field.required,
        archived: field.archived,
        personal: field.is_personal(),
        automatic: field.is_automatic(),
        known: field.fact().is_some(),
        told: false,
        access,
        choices: field.holds.choices().iter().map(choice).collect(),
        to: field.holds.leads_to().map(str::to_owned),
        formula: derived::said(object, field),
        rollup: derived::gathers(objects, field),
        pending: field.derived.as_ref().is_some_and(|derived| derived.pending),
    }
}

/// The field by which records are called.
pub(super) fn title(label: Text) -> NewField {
    NewField { required: true, ..NewField::plain("name", label, Type::Text) }
}

pub(super) fn new_choices(labels: &[Text]) -> Result<Vec<Choice>, OpError> {
    if labels.is_empty() {
        return Err(OpError::invalid("choices", "请至少填写一个选项", "at least one choice is wanted"));
    }
    let requests: Vec<_> =
        labels.iter().map(|label| ChoiceRequest { number: None, label: label.clone(), wants: None }).collect();
    choices(&[], &requests)
}

/// Choices as they shall be; those that are left out stay behind, archived, for the values that have them.
fn choices(known: &[Choice], wanted: &[ChoiceRequest]) -> Result<Vec<Choice>, OpError> {
    let mut next = known.iter().map(|choice| choice.number + 1).max().unwrap_or(0);
    let mut all = Vec::with_capacity(wanted.len());
    for request in wanted {
        let label = label("choices", &request.label)?;
        let number = match request.number {
            Some(number) if all.iter().any(|choice: &Choice| choice.number == number) => {
                return Err(OpError::invalid("choices", "选项重复", "a choice stands there twice"));
            }
            Some(number) if known.iter().any(|choice| choice.number == number) => number,
            Some(_) => return Err(OpError::invalid("choices", "没有这个选项", "there is no such choice")),
            None => next,
        };
        next = next.max(number + 1);
        let before = known.iter().find(|choice| choice.number == number).map(|choice| choice.wants.clone());
        let wants = request.wants.clone().or(before).unwrap_or_default();
        all.push(Choice { number, label, archived: false, wants });
    }
    let left: Vec<Choice> =
        known.iter().filter(|choice| all.iter().all(|one| one.number != choice.number)).cloned().collect();
    all.extend(left.into_iter().map(|choice| Choice { archived: true, ..choice }));
    if all.len() > CHOICES_LIMIT {
        return Err(OpError::invalid("choices", "一个字段最多 60 个选项", "a field has at most 60 choices"));
    }
    Ok(all)
}

/// What a request says that a field holds, and from what that follows.
fn holds(objects: &Objects, object: &Object, request: &FieldRequest) -> Result<(Type, Option<Derived>), OpError> {
    let (holds, from) = match (request.holds.as_str(), &request.formula, &request.rollup) {
        ("formula", formula, _) => derived::formula(object, formula.as_deref().unwrap_or_default())?,
        ("rollup", _, Some(rollup)) => derived::rollup(objects, object, rollup)?,
        ("rollup", ..) => return Err(OpError::invalid("rollup", "请选择要汇总的内容", "choose what is gathered")),
        (_, Some(_), _) => return Err(OpError::invalid("formula", "只有公式字段有公式", "only a formula has one")),
        (_, _, Some(_)) => return Err(OpError::invalid("rollup", "只有汇总字段有汇总", "only a rollup gathers")),
        _ => return Ok((plain(objects, request)?, None)),
    };
    if request.required {
        return Err(OpError::invalid("required", "这个字段由系统填写", "the program itself sets this field"));
    }
    Ok((holds, Some(derived::pending(from))))
}

/// What a request says that a field holds which people set.
fn plain(objects: &Objects, request: &FieldRequest) -> Result<Type, OpError> {
    Ok(match request.holds.as_str() {
        "choice" => Type::Choice { choices: new_choices(&request.choices)? },
        "multi_choice" => Type::MultiChoice { choices: new_choices(&request.choices)? },
        "user" => Type::User,
        "customer" => Type::Customer,
        "relation" => Type::Relation { to: leads_to(objects, request)? },
        "relations" => Type::Relations { to: leads_to(objects, request)? },
        other => simple(other)?,
    })
}

/// A type that needs nothing but its name.
pub(super) fn simple(name: &str) -> Result<Type, OpError> {
    Ok(match name {
        "text" => Type::Text,
        "long_text" => Type::LongText,
        "number" => Type::Number,
        "money" => Type::Money,
        "percent" => Type::Percent,
        "date" => Type::Date,
        "instant" => Type::Instant,
        "bool" => Type::Bool,
        "phone" => Type::Phone,
        "email" => Type::Email,
        "link" => Type::Link,
        "tags" => Type::Tags,
        "address" => Type::Address,
        "files" => Type::Files,
        other => {
            let (zh, en) = (format!("没有字段类型「{other}」"), format!("there is no type of field '{other}'"));
            return Err(OpError::invalid("type", &zh, &en));
        }
    })
}

/// Refuses one field more than an object has room for.
pub(super) fn may_add(object: &Object, holds: &Type) -> Result<(), OpError> {
    if object.fields.len() >= FIELDS_LIMIT {
        return Err(OpError::invalid("label", "一个对象最多 400 个字段", "an object has at most 400 fields"));
    }
    let texts = object.fields.iter().filter(|field| field.holds == Type::Text).count();
    if *holds == Type::Text && texts >= TEXTS {
        let (zh, en) = ("一个对象最多 150 个单行文本字段", "an object has at most 150 fields of one line of text");
        return Err(OpError::invalid("type", zh, en));
    }
    Ok(())
}

/// Refuses that every record has a file: files come once it is there.
fn may_require(holds: &Type, required: bool) -> Result<(), OpError> {
    if required && *holds == Type::Files {
        let (zh, en) =
            ("文件在记录建好之后上传，不能设为必填", "files come once a record is there, so none is required");
        return Err(OpError::invalid("required", zh, en));
    }
    Ok(())
}

/// The name of the object that a relation is to lead to.
fn leads_to(objects: &Objects, request: &FieldRequest) -> Result<String, OpError> {
    let to = request.to.clone().filter(|to| objects.by_name(to).is_some());
    to.ok_or_else(|| OpError::invalid("to", "请选择关联的对象", "choose the object that it leads to"))
}

/// Adds a field; every record has it at once, without a value.
///
/// # Errors
/// The right is lacking, there is no such object, a member does not fit, there are too many fields, or the database's.
pub fn add(app: &App, actor: &Actor, object: &str, request: &FieldRequest) -> Result<ObjectView, OpError> {
    actor.may(Right::WriteObjects)?;
    let called = label("label", &request.label)?;
    let changed = edit(app, actor, object, |object| {
        let objects = app.pipeline.objects();
        let (holds, derived) = holds(&objects, object, request)?;
        may_require(&holds, request.required)?;
        may_add(object, &holds)?;
        let taken = |name: &str| name == "id" || object.field(name).is_some();
        let name = name(request.name.as_deref(), &called, "field", &taken)?;
        let new = NewField {
            name,
            label: called.clone(),
            holds,
            required: request.required,
            personal: request.personal,
            derived,
        };
        let number = object.next_field();
        // Those that every object has stay at the end.
        let place = object.fields.iter().position(|field| field.number < FieldNumber::FIRST);
        object.fields.insert(place.unwrap_or(object.fields.len()), new.numbered(number));
        derived::check(&objects, object, number)
    })?;
    let detail = serde_json::json!({"field": called, "type": request.holds});
    Line::new("field.added", &changed.name, detail).note(app, actor)?;
    Ok(object_view(&app.pipeline.objects(), &changed, actor))
}

/// Changes a field.
///
/// # Errors
/// The right is lacking, there is no such field, it is one that every object has, a member does not fit, or the database's.
pub fn update(
    app: &App,
    actor: &Actor,
    object: &str,
    field: &str,
    change: &FieldChange,
) -> Result<ObjectView, OpError> {
    actor.may(Right::WriteObjects)?;
    let called = change.label.as_ref().map(|text| label("label", text)).transpose()?;
    let changed = edit(app, actor, object, |object| {
        changed(object, field, change, called.as_ref())?;
        rederive(&app.pipeline.objects(), object, field, change)
    })?;
    let detail = serde_json::json!({"field": field, "label": change.label, "required": change.required, "archived": change.archived, "personal": change.personal});
    Line::new("field.changed", &changed.name, detail).note(app, actor)?;
    Ok(object_view(&app.pipeline.objects(), &changed, actor))
}

/// Has a field follow from something else from now on.
fn rederive(objects: &Objects, object: &mut Object, name: &str, change: &FieldChange) -> Result<(), OpError> {
    let field = object.field(name).ok_or_else(OpError::not_found)?;
    let source = field.derived.as_ref().map(|derived| &derived.from);
    let (number, known) = (field.number, field.holds.clone());
    let (holds, from) = match (source, &change.formula, &change.rollup) {
        (_, None, None) => return Ok(()),
        (Some(Source::Formula(_)), Some(text), None) => derived::formula(object, text)?,
        (Some(Source::Rollup(_)), None, Some(rollup)) => derived::rollup(objects, object, rollup)?,
        _ => return Err(OpError::invalid("formula", "这个字段没有公式", "this field has no formula")),
    };
    if holds != known {
        let (zh, en) = ("结果的类型与原来不同，请新建字段", "it comes to another type than before; add a new field");
        return Err(OpError::invalid("formula", zh, en));
    }
    if let Some(field) = object.fields.iter_mut().find(|field| field.number == number) {
        field.derived = Some(derived::pending(from));
    }
    derived::check(objects, object, number)
}

/// Refuses choices that want what nobody can fill in.
fn may_want(object: &Object, name: &str, choices: &[ChoiceRequest]) -> Result<(), OpError> {
    let is_single = object.field(name).is_some_and(|field| matches!(field.holds, Type::Choice { .. }));
    for wants in choices.iter().filter_map(|choice| choice.wants.as_ref()).filter(|wants| !wants.is_empty()) {
        if !is_single {
            return Err(OpError::invalid("choices", "只有单选项可以要求填写字段", "only a choice of one wants fields"));
        }
        if wants.len() > WANTS_LIMIT {
            return Err(OpError::invalid("choices", "一个选项最多要求 20 个字段", "a choice wants at most 20 fields"));
        }
        let fits = |wanted: &str| wanted != name && object.field(wanted).is_some_and(|field| !field.is_automatic());
        if let Some(wrong) = wants.iter().find(|wanted| !fits(wanted)) {
            let (zh, en) = (format!("不能要求填写字段「{wrong}」"), format!("the field '{wrong}' cannot be wanted"));
            return Err(OpError::invalid("choices", &zh, &en));
        }
    }
    Ok(())
}

fn changed(object: &mut Object, name: &str, change: &FieldChange, called: Option<&Text>) -> Result<(), OpError> {
    may_want(object, name, change.choices.as_deref().unwrap_or_default())?;
    let field = object.fields.iter_mut().find(|field| field.name == name).ok_or_else(OpError::not_found)?;
    let is_fixed = field.number < FieldNumber::FIRST || field.number == super::TITLE;
    if field.derived.is_some() && change.required == Some(true) {
        return Err(OpError::invalid("required", "这个字段由系统填写", "the program itself sets this field"));
    }
    may_require(&field.holds, change.required == Some(true))?;
    if is_fixed && (change.archived == Some(true) || change.required.is_some()) {
        let (zh, en) = ("这个字段每条记录都要有", "every record has this field");
        return Err(OpError::invalid("archived", zh, en));
    }
    if let Some(called) = called {
        field.label = called.clone();
    }
    field.required = change.required.unwrap_or(field.required);
    field.archived = change.archived.unwrap_or(field.archived);
    field.personal = change.personal.unwrap_or(field.personal);
    match (&mut field.holds, &change.choices) {
        (Type::Choice { choices: known } | Type::MultiChoice { choices: known }, Some(wanted)) => {
            *known = choices(known, wanted)?;
        }
        (_, Some(_)) => return Err(OpError::invalid("choices", "这个字段没有选项", "this field has no choices")),
        (_, None) => {}
    }
    Ok(())
}
