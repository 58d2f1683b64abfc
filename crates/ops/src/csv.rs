//! Tables as CSV (RFC 4180) whose cells no spreadsheet takes for a formula.

/// Begins the file: the mark by which spreadsheets know UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// A row, every cell quoted and neutralised.
pub(crate) fn row<'c>(cells: impl IntoIterator<Item = &'c str>) -> String {
    let cells: Vec<String> =
        cells.into_iter().map(|cell| format!("\"{}\"", neutralised(cell).replace('"', "\"\""))).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell that begins, after blanks, with a sign of a formula gets an apostrophe before it (OWASP, CSV Injection); full-width
/// signs count as well, since some programs take them for the same.
fn neutralised(cell: &str) -> String {
    let cell: String = cell
        .chars()
        .map(|letter| if letter.is_control() && !matches!(letter, '\n' | '\t' | '\r') { '\u{fffd}' } else { letter })
        .collect();
    let is_blank = |letter: char| {
        letter.is_whitespace()
            || matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let is_sign = |letter: char| {
        matches!(
            letter,
            '=' | '+' | '-' | '@' | '|' | '%' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}' | '\u{2212}'
        )
    };
    let is_formula = cell.starts_with(['\t', '\r', '\n']) || cell.trim_start_matches(is_blank).starts_with(is_sign);
    if is_formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_like_a_formula() {
        for cell in
            ["=HYPERLINK(\"x\")", "+86138", "-1", "@SUM(A1)", "\t=1", "\r=1", "\u{ff1d}1", " \u{200b}=1", "\u{202e}=1"]
        {
            assert!(row([cell]).starts_with("\"'"), "{cell:?}");
        }
        assert_eq!(row(["张三", "a \"b\", c"]), "\"张三\",\"a \"\"b\"\", c\"\r\n");
    }
}
