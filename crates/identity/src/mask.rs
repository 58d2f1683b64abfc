//! Identifiers as anyone may see them: enough to recognise, too little to use.

use domain::Scheme;

/// The masked form: `+86138****8000`, `l***@example.com`, `M0***17`.
#[must_use]
pub fn mask(scheme: &Scheme, value: &str) -> String {
    match scheme.name() {
        "phone" => middle(value, value.chars().count().saturating_sub(8).max(1), 4),
        "email" => match value.split_once('@') {
            Some((name, host)) => format!("{}***@{host}", name.chars().take(1).collect::<String>()),
            None => middle(value, 1, 1),
        },
        "id_card" => middle(value, 4, 2),
        "name" => value.to_owned(),
        _ => middle(value, 2, 2),
    }
}

fn middle(value: &str, head: usize, tail: usize) -> String {
    let letters: Vec<char> = value.chars().collect();
    if letters.len() <= head + tail {
        return "*".repeat(letters.len().max(3));
    }
    let hidden = "*".repeat((letters.len() - head - tail).clamp(3, 4));
    let take = |range: &[char]| range.iter().collect::<String>();
    let start = letters.get(..head).map(take).unwrap_or_default();
    let end = letters.get(letters.len() - tail..).map(take).unwrap_or_default();
    format!("{start}{hidden}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_ends() {
        assert_eq!(mask(&Scheme::PHONE, "+8613800138000"), "+86138****8000");
        assert_eq!(mask(&Scheme::EMAIL, "lilei@example.com"), "l***@example.com");
        assert_eq!(mask(&Scheme::named("member_no"), "M00017"), "M0***17");
        assert_eq!(mask(&Scheme::named("member_no"), "17"), "***");
    }
}
