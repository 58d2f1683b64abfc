//! throwaway
#![allow(clippy::print_stdout)]
use lexicon::*;
use std::collections::BTreeMap;
fn main() {
    let v = |k: &str, f: &str, x: &str| FieldValue { kind: k.into(), field: f.into(), value: x.into() };
    let ctx = Context { tags: vec!["钻石会员".into(), "VIP".into()], values: vec![v("order.placed","category","母婴"), v("order.placed","store","SH-03"), v("order.placed","channel","app"), v("message.received","channel","app"), v("message.received","mood","negative"), v("complaint.received","severity","high")], ..Context::default() };
    let reader = Reader::new(&domain::Kinds::standard(), &ctx);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        if line.trim().is_empty() { continue }
        let t = std::time::Instant::now();
        let got = reader.read(&line, &BTreeMap::new());
        let us = t.elapsed().as_micros();
        println!("» {line}   [{us} µs, work {}]", reader.work(&line));
        match got {
            Reading::Understood(u) => {
                println!("   OK  {}\n       {}", u.said.zh, u.said.en);
                for a in u.assumptions { println!("       ~ {} = {} of {:?}", a.id, a.chosen, a.choices.iter().map(|c| &c.id[..]).collect::<Vec<_>>()); }
                if !u.unused.is_empty() { println!("       unused {:?}", u.unused); }
            }
            Reading::Ask(u) => {
                println!("   ASK {}\n       {}", u.said.zh, u.said.en);
                for q in u.questions { println!("       ? {} {} ", q.id, q.text.zh); for c in q.choices { println!("           {} → {}", c.id, say(&c.definition, &domain::Kinds::standard()).zh) } }
                for a in u.assumptions { println!("       ~ {} = {}", a.id, a.chosen); }
                if !u.unused.is_empty() { println!("       unused {:?}", u.unused); }
            }
            Reading::Refused(r) => println!("   NO  {} | unused {:?} | near {:?}", r.reason.zh, r.unused, r.near.iter().map(|t| &t.zh[..]).collect::<Vec<_>>()),
        }
    }
}
