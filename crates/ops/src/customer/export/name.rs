//! Names in a package: ours alone, so that no name from outside can lead anywhere.

use base::EventId;

/// The path of an event's original: its event, its place among the event's, and a suffix that no program runs.
pub(super) fn original(event: EventId, index: u32, suffix: &str) -> String {
    format!("originals/{event}-{index}.{suffix}")
}

/// A suffix for a media type. What a browser, a shell or a spreadsheet would run is told as plain text or as bytes.
pub(super) fn suffix(media_type: &str) -> &'static str {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => "json",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        "audio/amr" => "amr",
        "audio/mp4" | "audio/x-m4a" => "m4a",
        "audio/mpeg" => "mp3",
        "audio/ogg" => "ogg",
        "audio/wav" | "audio/x-wav" => "wav",
        "image/gif" => "gif",
        "image/heic" => "heic",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "message/rfc822" => "eml",
        "text/vtt" => "vtt",
        "video/mp4" => "mp4",
        "video/webm" => "webm",
        "image/svg+xml" | "application/xhtml+xml" | "application/xml" | "application/javascript" => "txt",
        other if other.starts_with("text/") => "txt",
        _ => "bin",
    }
}

/// A suffix for what begins with these bytes, when it is too large to wait for its media type.
pub(super) fn suffix_of_bytes(head: &[u8]) -> &'static str {
    match head {
        [b'%', b'P', b'D', b'F', ..] => "pdf",
        [0x89, b'P', b'N', b'G', ..] => "png",
        [0xff, 0xd8, 0xff, ..] => "jpg",
        [b'P', b'K', 3, 4, ..] => "zip",
        [b'I', b'D', b'3', ..] => "mp3",
        [b'O', b'g', b'g', b'S', ..] => "ogg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => "wav",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "mp4",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_never_comes_from_outside() {
        assert_eq!(suffix("Application/PDF; name=\"../../x.exe\""), "pdf");
        for (active, told) in [
            ("text/html", "txt"),
            ("image/svg+xml", "txt"),
            ("text/csv", "txt"),
            ("application/x-sh", "bin"),
            ("../..", "bin"),
        ] {
            assert_eq!(suffix(active), told, "{active}");
        }
        assert_eq!(original(EventId::new(74), 2, suffix("image/png")), "originals/evt_0000002a-2.png");
    }
}
