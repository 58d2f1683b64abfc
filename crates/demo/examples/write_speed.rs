//! How fast a workload is written, and how a line looks: `cargo run --release -p demo --example write_speed`.

use std::time::Instant;

const EVENTS: u64 = 2_000_000;

#[expect(clippy::print_stdout, reason = "a measurement prints its result")]
fn main() {
    let mut all = demo::workload(demo::WorkloadSpec { events: EVENTS, ..Default::default() });
    let mut lines = Vec::with_capacity(1 << 20);
    let (start, mut bytes) = (Instant::now(), 0);
    while all.write_many(1000, &mut lines) > 0 {
        bytes += lines.len();
        lines.clear();
    }
    let took = start.elapsed();
    let nanos = took.as_nanos() / u128::from(EVENTS);
    println!("{nanos} ns an event, {} bytes each", bytes / 2_000_000);
}
