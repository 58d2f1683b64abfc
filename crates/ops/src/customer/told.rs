//! What people tell of a customer: a name, a phone number, an e-mail address. Each is an event like any other, from the workspace's own source, so that
//! it is known from when and by whom, identities are joined by it, and it goes with the person.

use base::{CustomerId, Text};
use base64::Engine as _;
use domain::object::{CUSTOMER, Cell, Fact, Field, Object};
use domain::{Incoming, IncomingIdentifier, IncomingValue};
use pipeline::{Command, OWN_SOURCE, Recognised, Recogniser, Taken};
use serde_json::{Map, Value};

use super::task::strongest;
use crate::audit::name_of;
use crate::error::IfFound as _;
use crate::record::{field, value};
use crate::{Actor, App, Fault, OpError};

/// How many random bytes name a customer of whom nothing is known by which others would know it.
const HANDLE_BYTES: usize = 16;

/// What is told of a customer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
}

/// Whether people tell what a field says, where the program sets it.
pub(crate) fn is_told(field: &Field) -> bool {
    matches!(field.fact(), Some(Fact::Name | Fact::Phone | Fact::Email))
}

impl Told {
    /// Takes what is told out of the values of a request.
    pub(crate) fn of(
        app: &App,
        actor: &Actor,
        object: &Object,
        values: &Map<String, Value>,
    ) -> Result<(Self, Map<String, Value>), OpError> {
        let (mut told, mut rest) = (Self::default(), Map::new());
        for (name, given) in values {
            let Some(known) = object.field(name).filter(|field| is_told(field)) else {
                rest.insert(name.clone(), given.clone());
                continue;
            };
            field::may_write(actor, object, known)?;
            let Some(Cell::Text(text)) = value::cell(&app.zone, known, given, actor)? else { continue };
            let slot = match known.fact() {
                Some(Fact::Phone) => &mut told.phone,
                Some(Fact::Email) => &mut told.email,
                _ => &mut told.name,
            };
            *slot = Some(text);
        }
        Ok((told, rest))
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The identifiers among it, by the names of their schemes.
    fn identifiers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let phone = self.phone.as_deref().map(|value| ("phone", value));
        phone.into_iter().chain(self.email.as_deref().map(|value| ("email", value)))
    }

    /// Refuses an identifier that is another customer's: two that are one are joined by what happens, not by what somebody types.
    fn check(&self, app: &App, actor: &Actor, of: Option<CustomerId>) -> Result<(), OpError> {
        for (scheme, value) in self.identifiers() {
            let incoming = IncomingIdentifier { scheme: scheme.into(), value: value.into(), scope: None };
            let normal = identity::normal::identifier(&incoming, OWN_SOURCE);
            let normal = normal.map_err(|why| OpError { field: Some(scheme.to_owned()), ..why.into() })?;
            app.store.read(|db| {
                for (_, row) in db.identities_by_value(&normal.value)? {
                    let owner = db.current_customer(row.customer)?;
                    if row.scheme != scheme || owner.is_none() || owner == of {
                        continue;
                    }
                    let seen = super::current(app, db, actor, row.customer).if_found()?;
                    let row = seen.map(|id| db.customer(id)).transpose()?.flatten();
                    return Err(taken(scheme, row.map(|row| row.name.unwrap_or_else(|| row.id.to_string()))));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Says it as an event under these identifiers.
    fn say(&self, app: &App, actor: &Actor, of: Option<CustomerId>) -> Result<Recognised, OpError> {
        let mut id = [0; HANDLE_BYTES];
        getrandom::fill(&mut id).map_err(|_| OpError::unavailable())?;
        let id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(id);
        let by = app.store.read(|db| name_of(db, actor.id()))?;
        let mut who: Vec<IncomingIdentifier<'_>> = self
            .identifiers()
            .map(|(scheme, value)| IncomingIdentifier { scheme: scheme.into(), value: value.into(), scope: None })
            .collect();
        if who.is_empty() && of.is_none() {
            who.push(IncomingIdentifier { scheme: "user_id".into(), value: id.as_str().into(), scope: None });
        }
        let name = self.name.as_deref().map(|name| ("name".into(), IncomingValue::Text(name.into())));
        let by = ("by".into(), IncomingValue::Text(by.into()));
        let event = Incoming {
            source: OWN_SOURCE.into(),
            id: id.as_str().into(),
            kind: "customer.identified".into(),
            time: None,
            who,
            fields: name.into_iter().chain([by]).collect(),
            attachments: Vec::new(),
        };
        let kinds = app.kinds();
        let recogniser = Recogniser { kinds: &kinds, secrets: &app.secrets, now: app.now(), history: false };
        let mut event = recogniser.recognise(&event)?;
        if let Some(customer) = of {
            event.who.insert(0, app.store.read(|db| strongest(db, customer))?);
        }
        Ok(event)
    }

    /// Tells it of a customer, or of one that is new; gives which that is. Its record tells it too when this returns.
    pub(crate) fn tell(&self, app: &App, actor: &Actor, of: Option<CustomerId>) -> Result<CustomerId, OpError> {
        self.check(app, actor, of)?;
        let event = self.say(app, actor, of)?;
        let Some(Taken::Accepted(place)) = app.pipeline.take(vec![event], Vec::new(), true)?.pop() else {
            return Err(OpError::unavailable());
        };
        let customer = app.store.read(|db| {
            let (_, event) = super::timeline::event(db, place)?.ok_or_else(OpError::not_found)?;
            let first = event.who.first().map(|id| db.identity(*id)).transpose()?.flatten();
            let customer = first.map(|(_, row)| row.customer).ok_or_else(OpError::not_found)?;
            db.current_customer(customer)?.ok_or_else(OpError::not_found)
        })?;
        app.pipeline.command(Command::Portray(customer))?;
        Ok(customer)
    }
}

/// An identifier is another customer's, who is called so where the reader may see that.
fn taken(scheme: &str, name: Option<String>) -> OpError {
    let message = match name {
        Some(name) => {
            Text::new(format!("客户「{name}」已有这个号码或地址"), format!("the customer '{name}' has it already"))
        }
        None => Text::new(
            "另一位客户已有这个号码或地址，您无权查看该客户",
            "another customer has it already, whom you may not see",
        ),
    };
    OpError { code: "taken", message, field: Some(scheme.to_owned()), fault: Fault::Conflict }
}

/// Refuses what is done with records of other objects only.
pub(crate) fn only_changes(object: &Object) -> Result<(), OpError> {
    if !object.is_of_customers() {
        return Ok(());
    }
    let message = Text::new(
        "客户来自事件，不能放进回收站；需要时可以彻底删除",
        "customers come of events and go to no trash; they can be erased for good",
    );
    Err(OpError { code: "forbidden", message, field: Some(CUSTOMER.to_owned()), fault: Fault::Forbidden })
}
