//! Personal values: encrypted in the log under the profile key of their identity, in plain in the erasable profile.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use domain::{FieldId, Value};
use pinyin::ToPinyin;

/// Encrypts personal values. The nonce is the head of the event's digest, which no other event has, so each pair of key and
/// nonce is used once.
#[must_use]
pub fn encrypt(key: &[u8], digest: &[u8; 16], values: &[(FieldId, Value)]) -> Vec<u8> {
    let plain = postcard::to_stdvec(values).unwrap_or_default();
    let Some((cipher, nonce)) = cipher(key, digest) else { return Vec::new() };
    cipher.encrypt(&nonce, Payload { msg: &plain, aad: digest }).unwrap_or_default()
}

/// Decrypts what [`encrypt`] gave; none when the key is another or gone.
#[must_use]
pub fn decrypt(key: &[u8], digest: &[u8; 16], sealed: &[u8]) -> Option<Vec<(FieldId, Value)>> {
    let (cipher, nonce) = cipher(key, digest)?;
    let plain = cipher.decrypt(&nonce, Payload { msg: sealed, aad: digest }).ok()?;
    postcard::from_bytes(&plain).ok()
}

fn cipher(key: &[u8], digest: &[u8; 16]) -> Option<(Aes256Gcm, Nonce<aes_gcm::aead::consts::U12>)> {
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    let nonce: [u8; 12] = digest.first_chunk().copied()?;
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

fn starts_ascii(letters: &[char], place: usize) -> bool {
    letters.get(place).is_some_and(char::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
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
    fn personal_values_open_only_with_their_key() {
        let values = vec![(FieldId(0), Value::Text("张三".into()))];
        let (key, digest) = (new_key().unwrap(), [7; 16]);
        let sealed = encrypt(&key, &digest, &values);
        assert_eq!(decrypt(&key, &digest, &sealed), Some(values));
        assert_eq!(decrypt(&new_key().unwrap(), &digest, &sealed), None);
    }
}
