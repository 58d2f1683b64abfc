//! What several things are called in English.

/// The English plural by the rule; what is not written in Latin letters stays as it is.
pub(super) fn plural(one: &str) -> String {
    let small = one.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| small.ends_with(ending));
    let is_word = small.chars().next_back().is_some_and(|last| last.is_ascii_lowercase());
    let keeps_y = ends(&["ay", "ey", "iy", "oy", "uy"]);
    match one.strip_suffix(['y', 'Y']) {
        _ if !is_word => one.to_owned(),
        Some(stem) if !keeps_y => format!("{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{one}es"),
        _ => format!("{one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::plural;

    #[test]
    fn several_are_called_as_english_has_it() {
        for (one, several) in [
            ("company", "companies"),
            ("deal", "deals"),
            ("Survey", "Surveys"),
            ("address", "addresses"),
            ("Branch", "Branches"),
            ("box", "boxes"),
            ("门店", "门店"),
            ("Plan B 2", "Plan B 2"),
            ("", ""),
        ] {
            assert_eq!(plural(one), several);
        }
    }
}
