//! throwaway
#![allow(clippy::print_stdout)]
use lexicon::*;
use std::collections::BTreeMap;
fn main() {
    let v = |k: &str, f: &str, x: &str| FieldValue { kind: k.into(), field: f.into(), value: x.into() };
    let ctx = Context { tags: vec!["VIP".into()], values: vec![v("order.placed","category","母婴"), v("order.placed","store","SH-03"), v("order.placed","channel","app"), v("message.received","mood","negative")], ..Context::default() };
    let reader = Reader::new(&domain::Kinds::standard(), &ctx);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        if let Reading::Understood(u) = reader.read(&line, &BTreeMap::new()) { println!("{line}\t{}", u.said.zh); }
    }
}
