//! The signature of an export: W3C Verifiable Credentials Data Model 2.0, secured by Data Integrity with the cryptosuite
//! `eddsa-jcs-2022` (W3C Recommendation, 15 May 2025, section 3.3), over canonical JSON (RFC 8785).

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The contexts of our credentials. The second gives every term that the first does not have a meaning of its own.
const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"];
/// The multicodec prefix of an Ed25519 public key.
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// Base 58 with the letter that multibase marks it with (W3C Controlled Identifiers, section 2.4).
fn base58btc(bytes: &[u8]) -> String {
    format!("z{}", bs58::encode(bytes).into_string())
}

/// The address of a public key that needs no registry: `did:key`.
pub(super) fn did_key(public: &[u8; 32]) -> String {
    format!("did:key:{}", base58btc(&[ED25519_PUB.as_slice(), public].concat()))
}

/// The one verification method of a `did:key`.
pub(super) fn verification_method(did: &str) -> String {
    format!("{did}#{}", did.strip_prefix("did:key:").unwrap_or(did))
}

/// A credential not yet signed: `issuer` says that `subject` is so since `at`.
pub(super) fn credential(issuer: &str, at: &str, subject: Value) -> Value {
    let mut document = json!({
        "@context": CONTEXTS,
        "type": ["VerifiableCredential", "CustomerExport"],
        "issuer": issuer,
        "validFrom": at,
    });
    if let Some(members) = document.as_object_mut() {
        members.insert("credentialSubject".to_owned(), subject);
    }
    document
}

/// What a proof says of itself: everything but its value.
pub(super) fn config(document: &Value, issuer: &str, at: &str) -> Value {
    json!({
        "@context": document.get("@context"),
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "created": at,
        "verificationMethod": verification_method(issuer),
        "proofPurpose": "assertionMethod",
    })
}

/// SHA-256 of a value in canonical form (RFC 8785).
pub(super) fn canonical_hash(value: &Value) -> Result<[u8; 32], serde_json::Error> {
    Ok(Sha256::digest(serde_jcs::to_vec(value)?).into())
}

/// The 64 bytes that are signed: the hash of the proof's configuration, then that of the document.
pub(super) fn hash_data(config: &Value, document: &Value) -> Result<[u8; 64], serde_json::Error> {
    let mut data = [0; 64];
    let both = canonical_hash(config)?.into_iter().chain(canonical_hash(document)?);
    data.iter_mut().zip(both).for_each(|(byte, hashed)| *byte = hashed);
    Ok(data)
}

/// The document with its proof.
pub(super) fn secured(mut document: Value, mut config: Value, signature: &[u8; 64]) -> Value {
    if let Some(proof) = config.as_object_mut() {
        proof.insert("proofValue".to_owned(), base58btc(signature).into());
    }
    if let Some(members) = document.as_object_mut() {
        members.insert("proof".to_owned(), config);
    }
    document
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use ed25519_dalek::{Signature, VerifyingKey};

    use super::*;

    /// The W3C's own vector, from the folder of public data.
    fn vector(name: &str) -> Option<String> {
        let folder = std::env::var("JINGWEI_DATA").unwrap_or_else(|_| "../../data-cache".into());
        let file = std::fs::File::open(std::path::Path::new(&folder).join("vectors/eddsa-jcs-2022.tar.gz")).ok()?;
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
        let mut entry =
            archive.entries().unwrap().map(Result::unwrap).find(|entry| entry.path().unwrap().ends_with(name))?;
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        Some(text)
    }

    #[test]
    fn the_w3c_vector_comes_out_byte_for_byte() {
        let Some(signed) = vector("signedJCS.json") else {
            println!("SKIPPED: no vectors/eddsa-jcs-2022.tar.gz; set JINGWEI_DATA to the folder of public data");
            return;
        };
        let mut document: Value = serde_json::from_str(&signed).unwrap();
        let mut proof = document.as_object_mut().unwrap().remove("proof").unwrap();
        let value = proof.as_object_mut().unwrap().remove("proofValue").unwrap();
        let did = proof["verificationMethod"].as_str().unwrap().split('#').next().unwrap().to_owned();
        assert_eq!(serde_jcs::to_string(&document).unwrap(), vector("canonDocJCS.txt").unwrap().trim());
        assert_eq!(serde_jcs::to_string(&proof).unwrap(), vector("proofCanonJCS.txt").unwrap().trim());
        let data = hash_data(&proof, &document).unwrap();
        assert_eq!(super::super::manifest::hex(&data), vector("combinedHashJCS.txt").unwrap().trim());

        let key = bs58::decode(did.strip_prefix("did:key:z").unwrap()).into_vec().unwrap();
        let public: [u8; 32] = key[2..].try_into().unwrap();
        assert_eq!(did_key(&public), did);
        assert_eq!(verification_method(&did), proof["verificationMethod"]);
        let bytes = bs58::decode(value.as_str().unwrap().strip_prefix('z').unwrap()).into_vec().unwrap();
        let signature = Signature::from_slice(&bytes).unwrap();
        let key = VerifyingKey::from_bytes(&public).unwrap();
        key.verify_strict(&data, &signature).unwrap();
        assert_eq!(secured(document.clone(), proof.clone(), &signature.to_bytes())["proof"]["proofValue"], value);
        document["name"] = "another".into();
        assert!(key.verify_strict(&hash_data(&proof, &document).unwrap(), &signature).is_err());
    }

    #[test]
    fn two_canonicalisers_agree() {
        let value = json!({
            "\u{20ac}": "Euro", "\r": "return", "\u{fb33}": "Hebrew", "1": "one", "\u{1f600}": "smiley", "\u{80}": "control",
            "\u{f6}": "o", "numbers": [0, -1, 1e30, 4.50, 2e-3, 1e-27, 9_007_199_254_740_991_u64, 0.1, 1e21, 123_456.789],
            "text": "\u{20ac}$\u{f}\nA'B\"\\\"/ 张三\u{202e}\u{7f}\u{2028}", "nested": {"b": [{}, []], "a": null, "aa": true},
        });
        assert_eq!(serde_jcs::to_string(&value).unwrap(), json_canon::to_string(&value).unwrap());
    }
}
