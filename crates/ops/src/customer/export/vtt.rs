//! A call's transcript as WebVTT (W3C Candidate Recommendation, section 4).

use std::fmt::Write as _;

/// How long a line is taken to last when the call's length is not known, in milliseconds.
const LINE_MS: u64 = 3_000;

/// The transcript as cues, one per line. The source gives no times of lines, so the call's length is shared out by the
/// length of each; a note says so. What is WebVTT already stays as it is.
pub(super) fn vtt(transcript: &str, seconds: Option<u64>) -> String {
    if transcript.trim_start_matches('\u{feff}').starts_with("WEBVTT") {
        return transcript.to_owned();
    }
    let lines: Vec<&str> = transcript.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let weights: Vec<u64> = lines.iter().map(|line| u64::try_from(line.chars().count()).unwrap_or(1)).collect();
    let total: u64 = weights.iter().sum::<u64>().max(1);
    let count = u64::try_from(lines.len()).unwrap_or(u64::MAX);
    let length = seconds
        .filter(|seconds| *seconds > 0)
        .map_or(count.saturating_mul(LINE_MS), |seconds| seconds.saturating_mul(1_000));
    let mut text = "WEBVTT\n\nNOTE 时间为按行长估算 / times are estimated from the length of each line\n".to_owned();
    let mut done = 0;
    let at = |done: u64| u64::try_from(u128::from(length) * u128::from(done) / u128::from(total)).unwrap_or(u64::MAX);
    for (line, weight) in lines.iter().zip(weights) {
        let (from, to) = (at(done), at(done + weight));
        done += weight;
        write!(text, "\n{} --> {}\n{}\n", clock(from), clock(to.max(from + 1)), cue(line)).ok();
    }
    text
}

fn clock(ms: u64) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60, ms % 1_000)
}

/// A line as cue text; who speaks, when the line begins with a short name and a colon, becomes the cue's voice.
fn cue(line: &str) -> String {
    let voice =
        line.split_once([':', '\u{ff1a}']).filter(|(voice, _)| (1..=20).contains(&voice.trim().chars().count()));
    match voice {
        Some((voice, said)) => format!("<v {}>{}", escaped(voice.trim()), escaped(said.trim())),
        None => escaped(line),
    }
}

fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_cues_with_voices_over_the_whole_call() {
        let text = vtt("客服:您好\n客户\u{ff1a}<b>坏了</b> --> 退\n", Some(60));
        assert!(text.starts_with("WEBVTT\n\nNOTE "), "{text}");
        assert!(text.contains("\n00:00:00.000 --> "), "{text}");
        assert!(text.contains("--> 00:01:00.000\n<v 客户>&lt;b&gt;坏了&lt;/b&gt; --&gt; 退\n"), "{text}");
        assert_eq!(text.matches(" --> ").count(), 2);
    }
}
