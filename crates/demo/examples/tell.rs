//! Tells the demo company's past, one event a line: `cargo run --release -p demo --example tell | head`.

use std::io::{self, BufWriter, Write};

fn main() -> io::Result<()> {
    let now = base::Timestamp::from_ms(1_780_452_900_000);
    let mut out = BufWriter::new(io::stdout().lock());
    for line in demo::company(1, now, 2000).history {
        writeln!(out, "{line}")?;
    }
    out.flush()
}
