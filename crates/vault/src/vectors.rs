//! Wycheproof's vectors against the primitives as they are used here. The folder is `JINGWEI_DATA`,
//! by default `data-cache` in the workspace root.

use std::io::Read;
use std::path::PathBuf;

use aes_gcm::{Aes256Gcm, KeyInit};
use flate2::read::GzDecoder;
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

use crate::crypto::{Broken, Cipher};

/// A test file of the suite, or none when there is no data folder.
fn suite(name: &str) -> Option<Value> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data-cache"));
    let folder = std::env::var_os("JINGWEI_DATA").map_or_else(beside, PathBuf::from);
    let Ok(file) = std::fs::File::open(folder.join("vectors/wycheproof.tar.gz")) else {
        println!("skipped: no vectors/wycheproof.tar.gz in {}", folder.display());
        return None;
    };
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let mut entries = archive.entries().unwrap().map(Result::unwrap);
    let mut entry = entries.find(|entry| entry.path().unwrap().ends_with(name)).expect("the suite has the file");
    let mut text = String::new();
    entry.read_to_string(&mut text).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().unwrap().iter()
}

fn bytes(test: &Value, field: &str) -> Vec<u8> {
    let text = test[field].as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn is_valid(test: &Value) -> bool {
    test["result"] == "valid"
}

#[test]
fn aes_256_gcm_agrees_with_wycheproof() {
    let Some(suite) = suite("aes_gcm_test.json") else { return };
    let used = |group: &&Value| group["keySize"] == 256 && group["ivSize"] == 96 && group["tagSize"] == 128;
    let (mut valid, mut invalid) = (0, 0);
    for test in list(&suite["testGroups"]).filter(used).flat_map(|group| list(&group["tests"])) {
        let key: [u8; 32] = bytes(test, "key").try_into().unwrap();
        let nonce: [u8; 12] = bytes(test, "iv").try_into().unwrap();
        let tag: [u8; 16] = bytes(test, "tag").try_into().unwrap();
        let (aad, text, sealed) = (bytes(test, "aad"), bytes(test, "msg"), bytes(test, "ct"));
        let cipher = Cipher(Aes256Gcm::new(&key.into()));
        let mut buffer = sealed.clone();
        if is_valid(test) {
            assert_eq!(cipher.open(&nonce, &aad, &mut buffer, &tag), Ok(()), "{}", test["tcId"]);
            assert_eq!(buffer, text);
            assert_eq!(cipher.seal(&nonce, &aad, &mut buffer), Ok(tag));
            assert_eq!(buffer, sealed);
            valid += 1;
        } else {
            assert_eq!(cipher.open(&nonce, &aad, &mut buffer, &tag), Err(Broken), "{}", test["tcId"]);
            invalid += 1;
        }
    }
    println!("AES-256-GCM: {valid} valid and {invalid} invalid vectors");
    assert!(valid > 30 && invalid > 20);
}

#[test]
fn hkdf_sha256_agrees_with_wycheproof() {
    let Some(suite) = suite("hkdf_sha256_test.json") else { return };
    let mut count = 0;
    for test in list(&suite["testGroups"]).flat_map(|group| list(&group["tests"])) {
        let (ikm, salt, info, okm) = (bytes(test, "ikm"), bytes(test, "salt"), bytes(test, "info"), bytes(test, "okm"));
        let size = usize::try_from(test["size"].as_u64().unwrap()).unwrap();
        let mut derived = vec![0; size];
        let result = Hkdf::<Sha256>::new(Some(&salt), &ikm).expand_multi_info(&[&info], &mut derived);
        assert_eq!((result.is_ok(), result.is_ok() && derived == okm), (is_valid(test), is_valid(test)));
        count += 1;
    }
    println!("HKDF-SHA256: {count} vectors");
    assert!(count > 80);
}
