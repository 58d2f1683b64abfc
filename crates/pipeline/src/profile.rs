//! Personal values: encrypted in the log under the profile key of their identity, in plain in the erasable profile.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use pinyin::ToPinyin;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Encrypts values. The nonce is the head of `unique`, which no other message under this key has: the digest of an event, or the
/// number and version of a record.
#[must_use]
pub fn encrypt(key: &[u8], unique: &[u8; 16], values: &impl Serialize) -> Vec<u8> {
    seal(key, unique, &postcard::to_stdvec(values).unwrap_or_default())
}

/// As [`encrypt`], of bytes.
pub(crate) fn seal(key: &[u8], unique: &[u8; 16], plain: &[u8]) -> Vec<u8> {
    let Some((cipher, nonce)) = cipher(key, unique) else { return Vec::new() };
    cipher.encrypt(&nonce, Payload { msg: plain, aad: unique }).unwrap_or_default()
}

/// Decrypts what [`encrypt`] gave; none when the key is another or gone.
#[must_use]
pub fn decrypt<T: DeserializeOwned>(key: &[u8], unique: &[u8; 16], sealed: &[u8]) -> Option<T> {
    postcard::from_bytes(&open(key, unique, sealed)?).ok()
}

/// As [`decrypt`], of bytes.
pub(crate) fn open(key: &[u8], unique: &[u8; 16], sealed: &[u8]) -> Option<Vec<u8>> {
    let (cipher, nonce) = cipher(key, unique)?;
    cipher.decrypt(&nonce, Payload { msg: sealed, aad: unique }).ok()
}

fn cipher(key: &[u8], unique: &[u8; 16]) -> Option<(Aes256Gcm, Nonce<aes_gcm::aead::consts::U12>)> {
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let nonce: [u8; 12] = unique.first_chunk().copied()?;
    Some((cipher, nonce.into()))
}

/// A new profile key.
#[must_use]
pub fn new_key() -> Option<Vec<u8>> {
    let mut key = vec![0; 32];
    getrandom::fill(&mut key).ok().map(|()| key)
}

/// What a person is found by when someone types part of the name: each ending of it, its pinyin, and the initials.
#[must_use]
pub fn search_keys(name: &str) -> Vec<String> {
    let name = name.trim().to_lowercase();
    let letters: Vec<char> = name.chars().take(64).collect();
    let mut keys: Vec<String> = (0..letters.len().min(16))
        .filter(|place| {
            *place == 0
                || letters.get(place - 1).is_some_and(|c| !c.is_ascii_alphanumeric())
                || !starts_ascii(&letters, *place)
        })
        .map(|place| letters.iter().skip(place).collect::<String>().trim().to_owned())
        .collect();
    let syllables: Vec<String> = letters
        .iter()
        .map(|letter| match letter.to_pinyin() {
            Some(syllable) => syllable.plain().to_owned(),
            None => letter.to_string(),
        })
        .collect();
    keys.push(syllables.concat().replace(' ', ""));
    keys.push(syllables.iter().filter_map(|syllable| syllable.chars().next()).filter(|c| !c.is_whitespace()).collect());
    keys.retain(|key| !key.is_empty());
    keys.sort();
    keys.dedup();
    keys
}

/// By what a text is sorted: its letters in lower case, Chinese ones as their pinyin. Of a long text the beginning.
#[must_use]
pub fn sort_key(text: &str) -> String {
    const LETTERS: usize = 40;
    let mut key = String::new();
    for letter in text.trim().chars().take(LETTERS) {
        match letter.to_pinyin() {
            // The letter itself keeps those of one sound together.
            Some(syllable) => key.extend(syllable.plain().chars().chain([' ', letter])),
            None => key.extend(letter.to_lowercase()),
        }
    }
    key
}

/// A name for the API that a label suggests: small Latin letters, digits and underscores, Chinese as pinyin; empty when nothing is left.
#[must_use]
pub fn slug(label: &str) -> String {
    const LETTERS: usize = 40;
    let mut slug = String::new();
    for letter in label.trim().chars().take(LETTERS) {
        match letter.to_pinyin() {
            Some(syllable) => slug.extend(format!("_{}_", syllable.plain()).chars()),
            None if letter.is_ascii_alphanumeric() => slug.push(letter.to_ascii_lowercase()),
            None => slug.push('_'),
        }
    }
    let parts: Vec<&str> = slug.split('_').filter(|part| !part.is_empty()).collect();
    let slug = parts.join("_").trim_start_matches(|letter: char| !letter.is_ascii_lowercase()).to_owned();
    slug.chars().take(LETTERS).collect::<String>().trim_end_matches('_').to_owned()
}

fn starts_ascii(letters: &[char], place: usize) -> bool {
    letters.get(place).is_some_and(char::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use domain::{FieldId, Value};

    use super::*;

    #[test]
    fn a_name_is_found_by_its_parts_pinyin_and_initials() {
        let keys = search_keys("张三丰");
        for wanted in ["张三丰", "三丰", "丰", "zhangsanfeng", "zsf"] {
            assert!(keys.iter().any(|key| key == wanted), "{wanted} in {keys:?}");
        }
        assert!(search_keys("Li Lei").contains(&"lei".to_owned()));
    }

    #[test]
    fn a_label_suggests_a_name() {
        assert_eq!(slug("预计成交日期"), "yu_ji_cheng_jiao_ri_qi");
        assert_eq!(slug("  2nd Next step!"), "nd_next_step");
        assert_eq!(slug("客户A类"), "ke_hu_a_lei");
        assert_eq!(slug("！"), "");
    }

    #[test]
    fn texts_are_sorted_by_pinyin_whatever_their_case() {
        let mut names = ["王", "bob", "李", "Alice", "张三", "张"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Alice", "bob", "李", "王", "张", "张三"]);
    }

    #[test]
    fn personal_values_open_only_with_their_key() {
        let values = vec![(FieldId(0), Value::Text("张三".into()))];
        let (key, digest) = (new_key().unwrap(), [7; 16]);
        let sealed = encrypt(&key, &digest, &values);
        assert_eq!(decrypt(&key, &digest, &sealed), Some(values));
        assert_eq!(decrypt::<Vec<(FieldId, Value)>>(&new_key().unwrap(), &digest, &sealed), None);
    }
}
