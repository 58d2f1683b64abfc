//! How long reading takes: `cargo run --release -p connect --example read_speed`.

use std::hint::black_box;
use std::time::Instant;

const EVENT: &str = r#"{"specversion":"1.0","id":"A-1001-20260603-77","source":"shop/tmall","type":"order.placed","time":"2026-06-03T10:15:00+08:00","data":{"who":[{"scheme":"member_no","value":"M00017"},{"scheme":"phone","value":"13800138000"},{"scheme":"wechat_openid","value":"oX3f9aQ77c0","scope":"wx-mini"}],"amount":{"value":"512.00","currency":"CNY"},"items":2,"category":"母婴","channel":"app","store":"SH-03"}}"#;

const ROUNDS: u32 = 1_000_000;

fn main() {
    let mut body = Vec::new();
    for _ in 0..100 {
        body.extend_from_slice(EVENT.as_bytes());
        body.push(b'\n');
    }
    for _ in 0..3 {
        let start = Instant::now();
        for _ in 0..ROUNDS / 100 {
            connect::cloudevents::lines(black_box(&body)).for_each(|(_, event)| drop(black_box(event)));
        }
        report(start.elapsed().as_nanos());
    }
}

#[expect(clippy::print_stdout, reason = "a measurement prints its result")]
fn report(nanos: u128) {
    println!("{} ns an event of {} bytes", nanos / u128::from(ROUNDS), EVENT.len());
}
