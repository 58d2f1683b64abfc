//! throwaway
#![allow(clippy::print_stdout)]
use lexicon::*;
use std::collections::BTreeMap;
fn main() {
    let k = domain::Kinds::standard();
    let t = std::time::Instant::now();
    let reader = Reader::new(&k, &Context::default());
    println!("new {} µs", t.elapsed().as_micros());
    let none = BTreeMap::new();
    let lines: Vec<String> = std::io::stdin().lines().map(|l| l.unwrap()).filter(|l| !l.trim().is_empty()).collect();
    for l in &lines { let _ = reader.read(l, &none); }
    let mut all = vec![];
    for l in &lines { let t = std::time::Instant::now(); let r = reader.read(l, &none); all.push((t.elapsed().as_micros(), matches!(r, Reading::Refused(_)))); }
    all.sort();
    let pick = |v: &Vec<u128>, q: usize| v[(v.len()-1) * q / 100];
    let read: Vec<u128> = all.iter().filter(|a| !a.1).map(|a| a.0).collect();
    let refused: Vec<u128> = all.iter().filter(|a| a.1).map(|a| a.0).collect();
    println!("read n={} p50 {} p99 {} max {}", read.len(), pick(&read,50), pick(&read,99), pick(&read,100));
    println!("refused n={} p50 {} p99 {} max {}", refused.len(), pick(&refused,50), pick(&refused,99), pick(&refused,100));
    let long = "最近30天在SH-03门店下单至少2次且本月累计消费超过5000元且去年投诉不到3次且首单金额超过200元且今年买过3个以上品类且最近一次下单的门店是「SH-03」且近90天客单价不低于500元且本周到店3次以上且24小时内来电不超过2次，升级为「钻石会员」";
    let t = std::time::Instant::now(); let r = reader.read(long, &none); println!("{} chars {} µs ok={} work {}", long.chars().count(), t.elapsed().as_micros(), matches!(r, Reading::Understood(_)), reader.work(long));
    for s in ["母婴品类".repeat(100), "当客户下单".repeat(90), "(".repeat(500), "金额>500元、".repeat(60), "orders and ".repeat(45), "下单3次或".repeat(90)] {
        let t = std::time::Instant::now(); let r = reader.read(&s, &none); println!("{} chars {} µs refused={} work {}", s.chars().count(), t.elapsed().as_micros(), matches!(r, Reading::Refused(_)), reader.work(&s));
    }
}
