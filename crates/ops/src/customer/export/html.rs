//! The first page: HTML that opens from disk and does nothing. No script, no request to anywhere; every value escaped.

use std::io::{self, Write};

use base::{CustomerId, Text, Timestamp};
use base64::Engine as _;
use sha2::{Digest, Sha256};

use super::manifest::{Counts, File, Identity, Withheld};

const STYLE: &str = "body{font:15px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2.2rem;border-bottom:1px solid #d5dbe3}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #eef1f5}\
th{font-weight:600;color:#51606f}.quiet{color:#51606f}p.said{margin:.2rem 0;white-space:pre-wrap}\
@media (prefers-color-scheme:dark){body{color:#e6eaf0;background:#12171d}a{color:#8ab8ff}td,th{border-color:#28313b}.quiet,th{color:#9aa8b6}}";

/// The head of the page.
pub(super) struct Head<'h> {
    pub(super) customer: CustomerId,
    pub(super) name: Option<&'h str>,
    pub(super) created: Timestamp,
    pub(super) profile: &'h [(Text, String)],
    pub(super) identities: &'h [Identity],
    pub(super) counts: Counts,
    pub(super) tags: &'h [(String, Text)],
    pub(super) withheld: &'h [Withheld],
    /// How many events are shown.
    pub(super) shown: u64,
}

/// An event on the page.
pub(super) struct Shown {
    pub(super) time: String,
    pub(super) label: Text,
    pub(super) source: String,
    pub(super) gist: Text,
    /// What is attached: its name, its path, how its text begins.
    pub(super) originals: Vec<(Text, String, Option<String>)>,
}

/// A text as HTML shows it and never as HTML. Characters that turn the direction of writing, or that cannot be seen, are replaced.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(letter),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => safe.push('\u{fffd}'),
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Both languages, once if they are the same.
fn both(text: &Text) -> String {
    if text.zh == text.en {
        escaped(&text.zh)
    } else {
        format!("{} <span class=\"quiet\" lang=\"en\">{}</span>", escaped(&text.zh), escaped(&text.en))
    }
}

fn section(out: &mut dyn Write, zh: &str, en: &str) -> io::Result<()> {
    writeln!(out, "<h2>{}</h2>", both(&Text::new(zh, en)))
}

fn row(out: &mut dyn Write, head: &str, cells: &[String]) -> io::Result<()> {
    write!(out, "<tr><th scope=\"row\">{head}</th>")?;
    cells.iter().try_for_each(|cell| write!(out, "<td><bdi>{cell}</bdi></td>"))?;
    writeln!(out, "</tr>")
}

/// Everything before the events.
pub(super) fn begin(out: &mut dyn Write, head: &Head<'_>) -> io::Result<()> {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    let id = head.customer.to_string();
    let name = escaped(head.name.unwrap_or(&id));
    writeln!(out, "<!doctype html>\n<html lang=\"zh\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"referrer\" content=\"no-referrer\">"
    )?;
    writeln!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )?;
    writeln!(out, "<h1><bdi>{name}</bdi></h1>\n<p class=\"quiet\">{id} · {}</p>", head.created)?;
    let about = Text::new("这是您在本系统中的全部数据。", "This is all the data about you in this system.");
    writeln!(out, "<p>{}</p>", both(&about))?;
    who(out, head)?;
    contents(out, head.counts)?;
    if !head.tags.is_empty() {
        section(out, "标签与依据", "Tags and why")?;
        table(out, head.tags.iter().map(|(tag, why)| (escaped(tag), vec![both(why)])))?;
    }
    if !head.withheld.is_empty() {
        section(out, "未能提供的内容", "What is not included")?;
        table(
            out,
            head.withheld.iter().map(|item| {
                let event = item.event.map(|event| event.to_string()).unwrap_or_default();
                (escaped(&item.what), vec![event, both(&item.note)])
            }),
        )?;
    }
    section(out, "时间线", "Timeline")?;
    if head.shown < head.counts.events {
        let zh = format!("以下为最近 {} 条；全部在 timeline/events.jsonl。", head.shown);
        writeln!(
            out,
            "<p>{}</p>",
            both(&Text::new(zh, format!("The latest {}; all are in timeline/events.jsonl.", head.shown)))
        )?;
    }
    writeln!(out, "<table>")
}

fn who(out: &mut dyn Write, head: &Head<'_>) -> io::Result<()> {
    section(out, "资料", "Profile")?;
    table(out, head.profile.iter().map(|(label, value)| (both(label), vec![escaped(value)])))?;
    section(out, "身份标识", "Identifiers")?;
    table(
        out,
        head.identities.iter().map(|identity| {
            let scheme = both(&domain::Scheme::named(&identity.scheme).label());
            (
                scheme,
                vec![
                    escaped(identity.value.as_deref().unwrap_or_default()),
                    escaped(&identity.scope),
                    identity.label.clone(),
                ],
            )
        }),
    )
}

fn table(out: &mut dyn Write, rows: impl Iterator<Item = (String, Vec<String>)>) -> io::Result<()> {
    writeln!(out, "<table>")?;
    for (head, cells) in rows {
        row(out, &head, &cells)?;
    }
    writeln!(out, "</table>")
}

fn contents(out: &mut dyn Write, counts: Counts) -> io::Result<()> {
    let link = |path: &str| format!("<a href=\"{path}\">{path}</a>");
    let line =
        |path: &str, zh: &str, en: &str, count: u64| (both(&Text::new(zh, en)), vec![count.to_string(), link(path)]);
    section(out, "内容", "Contents")?;
    table(
        out,
        [
            line("timeline/events.jsonl", "事件", "Events", counts.events),
            line("chats/messages.jsonl", "消息", "Messages", counts.messages),
            line("tags/tags.jsonl", "标签", "Tags", counts.tags),
            line("decisions/decisions.jsonl", "决定", "Decisions", counts.decisions),
            line("tasks/tasks.jsonl", "任务", "Tasks", counts.tasks),
            line("merges/merges.jsonl", "合并", "Merges", counts.merges),
            line("access-history/openings.jsonl", "原文打开记录", "Openings of originals", counts.openings),
            line("profile/contact.vcf", "联系人名片", "Contact card", 1),
            line("manifest.json", "原文文件（originals/）", "Original files (originals/)", counts.originals),
        ]
        .into_iter(),
    )
}

/// One event.
pub(super) fn event(out: &mut dyn Write, shown: &Shown) -> io::Result<()> {
    let mut cell = format!("{} <span class=\"quiet\"><bdi>{}</bdi></span>", both(&shown.label), escaped(&shown.source));
    if !shown.gist.zh.is_empty() {
        cell.push_str(&format!("<p class=\"said\"><bdi>{}</bdi></p>", both(&shown.gist)));
    }
    for (label, path, excerpt) in &shown.originals {
        let text = excerpt.as_deref().map(|text| format!(" <bdi>{}</bdi>", escaped(text))).unwrap_or_default();
        cell.push_str(&format!("<p class=\"said\"><a href=\"{}\">{}</a>{text}</p>", escaped(path), both(label)));
    }
    writeln!(out, "<tr><th scope=\"row\">{}</th><td>{cell}</td></tr>", escaped(&shown.time))
}

/// Everything after the events.
pub(super) fn end(out: &mut dyn Write, files: &[File]) -> io::Result<()> {
    writeln!(out, "</table>")?;
    section(out, "校验", "Checking")?;
    let zh = format!("manifest.json 列出 {} 个文件的 SHA-256;manifest.vc.json 是其签名。", files.len() + 1);
    let en = format!("manifest.json has the SHA-256 of {} files; manifest.vc.json signs it.", files.len() + 1);
    writeln!(out, "<p>{}</p>\n</body>\n</html>", both(&Text::new(zh, en)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        let mut page = Vec::new();
        let evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\u{0}'\"";
        let head = Head {
            customer: CustomerId::new(1),
            name: Some(evil),
            created: Timestamp::from_ms(0),
            profile: &[(Text::same("name"), evil.into())],
            identities: &[],
            counts: Counts::default(),
            tags: &[(evil.into(), Text::same(evil))],
            withheld: &[],
            shown: 1,
        };
        begin(&mut page, &head).unwrap();
        let originals = vec![(Text::same("text"), "originals/\"><script>".into(), Some(evil.into()))];
        let (time, source) = (evil.into(), evil.into());
        event(&mut page, &Shown { time, label: Text::same(evil), source, gist: Text::new(evil, "en"), originals })
            .unwrap();
        end(&mut page, &[]).unwrap();
        let page = String::from_utf8(page).unwrap();
        assert!(
            !page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}') && !page.contains('\0'),
            "{page}"
        );
        assert!(page.contains("default-src 'none'"));
    }
}
