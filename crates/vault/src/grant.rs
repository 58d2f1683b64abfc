//! Grants: who may open whose originals, why, and until when.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::item::IdentityAlias;
use crate::limits;

/// What an opening is for. Terms of the W3C Data Privacy Vocabulary 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// A person serves the customer and needs to read what was said.
    CustomerService,
    /// The customer asked to see or take the data.
    AccessRequest,
    /// A complaint or dispute is settled.
    Dispute,
    /// An order or contract is carried out.
    OrderFulfilment,
    /// A law demands the opening.
    LegalCompliance,
    /// Fraud is looked into.
    FraudInvestigation,
    /// Tags are derived anew from originals.
    Rederive,
    /// A colleague works on a record and needs a file that is kept with it.
    RecordWork,
}

/// What permits an opening. Legal bases of the W3C Data Privacy Vocabulary 2 and its GDPR
/// extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Basis {
    /// The customer agreed.
    Consent,
    /// The customer's own request for access or a copy.
    AccessRequest,
    /// A contract with the customer needs it.
    Contract,
    /// A law obliges.
    LegalObligation,
    /// An interest that was weighed and written down.
    LegitimateInterest,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 8] = [
        Self::CustomerService,
        Self::AccessRequest,
        Self::Dispute,
        Self::OrderFulfilment,
        Self::LegalCompliance,
        Self::FraudInvestigation,
        Self::Rederive,
        Self::RecordWork,
    ];

    /// The term's address in the vocabulary.
    #[must_use]
    pub const fn iri(self) -> &'static str {
        match self {
            Self::CustomerService => "https://w3id.org/dpv#CustomerCare",
            Self::AccessRequest => "https://w3id.org/dpv#RightsFulfillment",
            Self::Dispute => "https://w3id.org/dpv#DisputeManagement",
            Self::OrderFulfilment => "https://w3id.org/dpv#FulfilmentOfContractualObligation",
            Self::LegalCompliance => "https://w3id.org/dpv#LegalCompliance",
            Self::FraudInvestigation => "https://w3id.org/dpv#FraudPreventionAndDetection",
            Self::Rederive => "https://w3id.org/dpv#ImproveInternalCRMProcesses",
            Self::RecordWork => "https://w3id.org/dpv#CustomerRelationshipManagement",
        }
    }

    /// The name in Chinese and in English.
    #[must_use]
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::CustomerService => ("客户服务", "Customer service"),
            Self::AccessRequest => ("查阅、复制请求", "Access request"),
            Self::Dispute => ("投诉与争议处理", "Dispute"),
            Self::OrderFulfilment => ("履行订单或合同", "Order fulfilment"),
            Self::LegalCompliance => ("履行法定义务", "Legal compliance"),
            Self::FraudInvestigation => ("反欺诈调查", "Fraud investigation"),
            Self::Rederive => ("重新提取标签", "Deriving tags anew"),
            Self::RecordWork => ("处理业务记录", "Work on a record"),
        }
    }

    /// Whether the basis can carry this purpose. A customer's own request carries only itself;
    /// deriving anew takes consent or a weighed interest; the rest follows Art. 6 GDPR and Art. 13
    /// PIPL.
    #[must_use]
    pub const fn allows(self, basis: Basis) -> bool {
        match basis {
            Basis::Consent => true,
            Basis::AccessRequest => matches!(self, Self::AccessRequest),
            Basis::Contract => {
                matches!(self, Self::CustomerService | Self::OrderFulfilment | Self::Dispute | Self::RecordWork)
            }
            Basis::LegalObligation => {
                matches!(self, Self::AccessRequest | Self::LegalCompliance | Self::FraudInvestigation | Self::Dispute)
            }
            Basis::LegitimateInterest => {
                matches!(
                    self,
                    Self::CustomerService
                        | Self::Dispute
                        | Self::FraudInvestigation
                        | Self::Rederive
                        | Self::RecordWork
                )
            }
        }
    }
}

impl Basis {
    /// Every basis.
    pub const ALL: [Self; 5] =
        [Self::Consent, Self::AccessRequest, Self::Contract, Self::LegalObligation, Self::LegitimateInterest];

    /// The term's address in the vocabulary.
    #[must_use]
    pub const fn iri(self) -> &'static str {
        match self {
            Self::Consent => "https://w3id.org/dpv#Consent",
            Self::AccessRequest => "https://w3id.org/dpv/legal/eu/gdpr#A15",
            Self::Contract => "https://w3id.org/dpv#Contract",
            Self::LegalObligation => "https://w3id.org/dpv#LegalObligation",
            Self::LegitimateInterest => "https://w3id.org/dpv#LegitimateInterest",
        }
    }

    /// The name in Chinese and in English.
    #[must_use]
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Consent => ("本人同意", "Consent"),
            Self::AccessRequest => ("本人查阅请求", "The customer's request"),
            Self::Contract => ("订立、履行合同所必需", "Contract"),
            Self::LegalObligation => ("法定职责或义务", "Legal obligation"),
            Self::LegitimateInterest => ("正当利益（经评估）", "Legitimate interest"),
        }
    }
}

/// Permission to open originals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whose originals: at most [`limits::IDENTITIES`].
    pub identities: Vec<IdentityAlias>,
    /// What for.
    pub purpose: Purpose,
    /// What permits it.
    pub basis: Basis,
    /// Who opens: a seat or workflow id, never a name. Not empty.
    pub actor: String,
    /// Last moment the grant holds, in milliseconds since 1970 UTC.
    pub not_after_ms: i64,
    /// The grant's own id.
    pub id: [u8; 16],
}

/// Why a grant does not allow an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum Denial {
    /// The grant's time is over.
    #[error("the grant has expired")]
    Expired,
    /// A record belongs to an identity that the grant does not name.
    #[error("the grant does not cover every identity")]
    NotCovered,
    /// The basis cannot carry the purpose.
    #[error("the legal basis does not permit the purpose")]
    Basis,
    /// Nobody is named.
    #[error("the grant names nobody who opens")]
    NoActor,
}

impl Grant {
    /// Whether the grant allows opening records of these identities at this time.
    ///
    /// # Errors
    /// The first [`Denial`] that applies.
    pub fn check(&self, wanted: &BTreeSet<IdentityAlias>, now_ms: i64) -> Result<(), Denial> {
        if self.actor.trim().is_empty() {
            return Err(Denial::NoActor);
        }
        if now_ms > self.not_after_ms {
            return Err(Denial::Expired);
        }
        if !self.purpose.allows(self.basis) {
            return Err(Denial::Basis);
        }
        let covered: BTreeSet<_> = self.identities.iter().take(limits::IDENTITIES).copied().collect();
        if wanted.is_subset(&covered) { Ok(()) } else { Err(Denial::NotCovered) }
    }
}
