//! Do some first bytes belong to a picture, a sound, a film, a font, a document or an archive? By
//! the numbers with which such files begin, as the WHATWG's MIME Sniffing standard and the formats
//! themselves have them.

/// How many characters of Base64 are looked at: twelve bytes.
pub(super) const EVIDENCE: usize = 16;

/// Whether these six bits each are the beginning of a file that is no text.
pub(super) fn is_file(sixes: &[u8; EVIDENCE]) -> bool {
    let mut bytes = [0; EVIDENCE / 4 * 3];
    for (bytes, sixes) in bytes.chunks_exact_mut(3).zip(sixes.chunks_exact(4)) {
        let bits = sixes.iter().fold(0_u32, |bits, &six| bits << 6 | u32::from(six));
        for (byte, bits) in bytes.iter_mut().zip(bits.to_be_bytes().into_iter().skip(1)) {
            *byte = bits;
        }
    }
    begins_file(&bytes)
}

fn begins_file(bytes: &[u8; 12]) -> bool {
    if STARTS.iter().any(|start| bytes.starts_with(start)) {
        return true;
    }
    match bytes {
        // The marker behind that of the start: quantisation, a frame, an application's.
        [0xff, 0xd8, 0xff, marker, ..] => matches!(marker, 0xc0..=0xfe),
        [b'R', b'I', b'F', b'F', _, _, _, _, form @ ..] => {
            [b"WEBP", b"WAVE", b"AVI "].contains(&form)
        }
        // ISO base media: MP4, MOV, M4A, HEIC, AVIF. The size of the first box is small.
        [0, 0, _, _, b'f', b't', b'y', b'p', ..] => true,
        // Windows bitmaps: what is reserved is zero.
        [b'B', b'M', _, _, _, _, 0, 0, 0, 0, _, 0] => true,
        // MPEG audio without a tag, layer III, of a bit rate and a sampling rate that exist.
        [0xff, 0xfa | 0xfb | 0xf2 | 0xf3, rates, ..] => {
            !matches!(rates >> 4, 0 | 15) && rates >> 2 & 3 != 3
        }
        _ => false,
    }
}

/// What files begin with; each is at least three bytes that hardly begin a text in Base64.
const STARTS: &[&[u8]] = &[
    // Pictures: PNG, GIF, TIFF, icons, JPEG XL, JPEG 2000.
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"\0\0\x01\0",
    b"\0\0\x02\0",
    b"\0\0\0\x0cJXL ",
    b"\0\0\0\x0cjP  ",
    // Sound and film: Ogg, FLAC, MP3 with a tag, MIDI, AMR, Matroska and WebM.
    b"OggS\0",
    b"fLaC\0",
    b"ID3\x02",
    b"ID3\x03",
    b"ID3\x04",
    b"MThd\0\0\0\x06",
    b"#!AMR",
    b"\x1a\x45\xdf\xa3",
    // Documents and archives: PDF, ZIP (and what office programs make of it), OLE, gzip, 7-Zip, RAR,
    // xz, Zstandard, WebAssembly.
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x1f\x8b\x08",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\0asm",
    // Fonts: WOFF, TrueType, OpenType, collections.
    b"wOFF",
    b"wOF2",
    b"\0\x01\0\0\0",
    b"OTTO\0",
    b"ttcf\0",
];

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for base64 in [
            "iVBORw0KGgoAAAAN",
            "/9j/4AAQSkZJRgAB",
            "/9j/2wBDAAgGBgcG",
            "R0lGODlhAQABAIAA",
            "UklGRiQAAABXRUJQ",
            "AAAAHGZ0eXBhdmlm",
            "JVBERi0xLjcKJeLj",
            "UEsDBBQABgAIAAAA",
            "T2dnUwACAAAAAAAA",
            "GkXfo59ChoEBQveB",
            "SUQzBAAAAAAAI1RT",
            "d09GMgABAAAAAEhU",
            "AAABAAEAEBAAAAEA",
            "Qk02AwAAAAAAADYA",
            "//uQxAAAAAAAAAAA",
        ] {
            assert!(is_one(base64), "{base64}");
        }
    }

    #[test]
    fn what_a_person_types_is_no_file() {
        for base64 in [
            "4111111111111111",
            "4111-1111-1111-1",
            "DE89370400440532",
            "AKIAIOSFODNN7EXA",
            "annmailatexample",
            "1234567890123456",
            "/9j/////////////",
            "////////////////",
            "AAAAAAAAAAAAAAAA",
            "iVBORw1KGgoAAAAN",
            "UklGRiQAAABBQkNE",
            "Qk00111111111111",
            "//8AAAAAAAAAAAAA",
        ] {
            assert!(!is_one(base64), "{base64}");
        }
    }

    #[test]
    fn text_begins_no_file() {
        for text in
            ["Dear Ms Lee,", "{\"email\":\"an", "ann@example.o", "<svg xmlns=\"h", "+44 20 7946 "]
        {
            assert!(!is_one(&BASE64.encode(&text.as_bytes()[..12])), "{text}");
        }
    }

    fn is_one(base64: &str) -> bool {
        let mut sixes = [0; EVIDENCE];
        for (six, byte) in sixes.iter_mut().zip(base64.bytes()) {
            *six = super::super::sign::base64_value(byte).unwrap();
        }
        is_file(&sixes)
    }
}
