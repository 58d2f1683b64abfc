//! English word forms: plurals for nouns, past and present for verbs. Enough for what kinds and fields are called.

const IRREGULAR: [(&str, &str); 14] = [
    ("buy", "bought"),
    ("pay", "paid"),
    ("send", "sent"),
    ("win", "won"),
    ("lose", "lost"),
    ("get", "got"),
    ("give", "given"),
    ("make", "made"),
    ("leave", "left"),
    ("go", "gone"),
    ("come", "came"),
    ("spend", "spent"),
    ("read", "read"),
    ("withdraw", "withdrawn"),
];
const DONE: [&str; 12] =
    ["won", "lost", "moved", "opened", "closed", "received", "given", "withdrawn", "sent", "made", "used", "submitted"];

/// The plural of a noun or noun phrase: its last word's, or the first's in "deal won".
pub(crate) fn plural(noun: &str) -> String {
    match noun.rsplit_once(' ') {
        Some((head, done)) if DONE.contains(&done) => format!("{} {done}", plural(head)),
        Some((head, last)) => format!("{head} {}", plural_word(last)),
        None => plural_word(noun),
    }
}

fn plural_word(word: &str) -> String {
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) && !stem.is_empty() => format!("{stem}ies"),
        _ if word == "reasons" || word == "items" || word == "seconds" || word == "minutes" || word == "hours" => {
            word.to_owned()
        }
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{word}es"),
        _ => format!("{word}s"),
    }
}

/// The forms of a verb or verb phrase, by its first word.
pub(crate) fn verb_forms(verb: &str) -> Vec<String> {
    let (first, rest) = verb.split_once(' ').map_or((verb, ""), |(first, rest)| (first, rest));
    let forms = [first.to_owned(), plural_word(first), past(first), present(first)];
    let mut all: Vec<String> = Vec::new();
    for form in forms {
        objects(rest).into_iter().for_each(|object| all.push(format!("{form} {object}").trim().to_owned()));
    }
    all
}

/// "a store" also stands as "the store", "store" and "stores".
fn objects(rest: &str) -> Vec<String> {
    match rest.strip_prefix("a ").or_else(|| rest.strip_prefix("the ")) {
        Some(noun) => {
            vec![rest.to_owned(), format!("the {noun}"), format!("their {noun}"), noun.to_owned(), plural(noun)]
        }
        None => vec![rest.to_owned()],
    }
}

/// "ticket opened" is also what someone has done: "opened a ticket".
pub(crate) fn done_to(phrase: &str) -> Vec<String> {
    match phrase.rsplit_once(' ') {
        Some((noun, done)) if DONE.contains(&done) => {
            objects(&format!("a {noun}")).iter().map(|object| format!("{done} {object}")).collect()
        }
        _ => Vec::new(),
    }
}

/// "opened e-mail" is a verb and what it is done to, which a number may part: "opened 3 e-mails".
pub(crate) fn verb_and_object(phrase: &str) -> Option<(Vec<String>, Vec<String>)> {
    let (verb, noun) = phrase.split_once(' ')?;
    let (verb, noun) = if PARTED.contains(&noun) { (noun, verb) } else { (verb, noun) };
    let noun = noun.strip_prefix("a ").unwrap_or(noun);
    let base = verb.strip_suffix("ed").unwrap_or(verb);
    let base = if base == "us" || base == "clos" { format!("{base}e") } else { base.to_owned() };
    let is_parted = PARTED.contains(&verb) || PARTED.contains(&past(&base).as_str());
    is_parted.then(|| (verb_forms(&base), vec![noun.to_owned(), plural(noun)]))
}

const PARTED: [&str; 5] = ["opened", "clicked", "closed", "used", "submitted"];

fn past(verb: &str) -> String {
    if let Some((_, past)) = IRREGULAR.iter().find(|(base, _)| *base == verb) {
        return (*past).to_owned();
    }
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ied"),
        _ if verb.ends_with('e') => format!("{verb}d"),
        _ => format!("{}ed", doubled(verb)),
    }
}

fn present(verb: &str) -> String {
    match verb.strip_suffix('e') {
        Some(stem) => format!("{stem}ing"),
        None => format!("{}ing", doubled(verb)),
    }
}

/// "stop" doubles its last letter before an ending.
fn doubled(verb: &str) -> String {
    let letters: Vec<char> = verb.chars().rev().take(3).collect();
    let is_vowel = |letter: char| "aeiou".contains(letter);
    match letters.as_slice() {
        _ if verb == "open" => verb.to_owned(),
        _ if verb == "submit" => "submitt".to_owned(),
        [last, middle, before]
            if verb.len() <= 4 && !"wxyaeiou".contains(*last) && is_vowel(*middle) && !is_vowel(*before) =>
        {
            format!("{verb}{last}")
        }
        _ => verb.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns() {
        for (one, many) in
            [("order", "orders"), ("category", "categories"), ("deal won", "deals won"), ("page view", "page views")]
        {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn verbs() {
        for (verb, form) in
            [("buy", "bought"), ("stop", "stopped"), ("visit a store", "visited the store"), ("order", "ordered")]
        {
            assert!(verb_forms(verb).iter().any(|found| found == form), "{form}");
        }
        assert!(done_to("ticket opened").contains(&"opened a ticket".to_owned()));
    }
}
