//! Whose coins are these? Addresses of Bitcoin, Ethereum and their kin, each with its sum.

use aws_lc_rs::digest::{SHA256, digest};

use super::kind::{Context, Edges, Group, Kind};

/// Addresses of wallets.
pub const KINDS: &[Kind] = &[Kind {
    name: "crypto-wallet",
    group: Group::Global,
    what: "The address or exported key of a wallet: Base58Check, Bech32, Bech32m or ERC-55.",
    shape: concat!(
        "(?:[123DLMTXmn][1-9A-HJ-NP-Za-km-z]{25,34}|t[13][1-9A-HJ-NP-Za-km-z]{33}",
        "|[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}|0x[0-9A-Fa-f]{40}",
        "|(?:bc|tb|bcrt|ltc|cosmos|addr)1[02-9ac-hj-np-z]{38,98}",
        "|(?:BC|TB|BCRT|LTC|COSMOS|ADDR)1[02-9AC-HJ-NP-Z]{38,98})",
    ),
    edges: Edges::Word,
    check: is_wallet,
    context: Context::Helps(&["wallet", "bitcoin", "btc", "ethereum", "eth", "address", "coin"]),
    example: (
        "send to bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 now",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    ),
    bait: "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5, 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
    source: "Bitcoin Base58Check; BIP 173 and BIP 350; ERC-55",
}];

fn is_wallet(text: &[u8]) -> bool {
    if let Some(hex) = text.strip_prefix(b"0x") {
        return is_ethereum(hex);
    }
    match text.iter().position(|&byte| byte == b'1') {
        Some(at) if at >= 2 && is_bech32(text, at) => true,
        _ => is_base58check(text),
    }
}

/// The version byte and length of what it stands for, and four bytes of SHA-256 twice over.
fn is_base58check(text: &[u8]) -> bool {
    let Some((bytes, length)) = base58(text) else { return false };
    let Some(decoded) = bytes.get(bytes.len() - length..) else { return false };
    let Some((payload, sum)) = decoded.split_at_checked(length.saturating_sub(4)) else {
        return false;
    };
    let known = VERSIONS
        .iter()
        .any(|(version, lengths)| payload.starts_with(version) && lengths.contains(&payload.len()));
    known && digest(&SHA256, digest(&SHA256, payload).as_ref()).as_ref().starts_with(sum)
}

/// Version bytes and how long they and what follows them are, without the sum.
const VERSIONS: &[(&[u8], &[usize])] = &[
    // Bitcoin: key hash, script hash; the same on its test network; exported private keys.
    (&[0x00], &[21]),
    (&[0x05], &[21]),
    (&[0x6f], &[21]),
    (&[0xc4], &[21]),
    (&[0x80], &[33, 34]),
    (&[0xef], &[33, 34]),
    // Litecoin, Dogecoin, Dash, Tron.
    (&[0x30], &[21]),
    (&[0x32], &[21]),
    (&[0x1e], &[21]),
    (&[0x4c], &[21]),
    (&[0x41], &[21]),
    // Zcash, transparent.
    (&[0x1c, 0xb8], &[22]),
    (&[0x1c, 0xbd], &[22]),
];

/// The bytes at the end of an array, and how many there are; a leading `1` is a zero.
fn base58(text: &[u8]) -> Option<([u8; 40], usize)> {
    let mut bytes = [0u8; 40];
    for sign in text {
        let digit = BASE58.iter().position(|known| known == sign)?;
        let mut carry = u32::try_from(digit).ok()?;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry != 0 {
            return None;
        }
    }
    let zeros = text.iter().take_while(|&&sign| sign == b'1').count();
    let length = zeros + bytes.iter().skip_while(|&&byte| byte == 0).count();
    (length <= bytes.len()).then_some((bytes, length))
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The sum of BIP 173, or of BIP 350 where a witness program is newer than version 0.
fn is_bech32(text: &[u8], separator: usize) -> bool {
    let (Some(prefix), Some(data)) = (text.get(..separator), text.get(separator + 1..)) else {
        return false;
    };
    let lower = prefix.iter().all(u8::is_ascii_lowercase);
    let one_case = if lower { u8::is_ascii_uppercase } else { u8::is_ascii_lowercase };
    if data.iter().any(one_case) {
        return false;
    }
    let head = prefix.iter().map(|byte| byte.to_ascii_lowercase());
    let expanded = head.clone().map(|byte| byte >> 5).chain([0]).chain(head.map(|byte| byte & 31));
    let rest = expanded.fold(1, |sum, value| step(sum, value.into()));
    let sum = data.iter().try_fold(rest, |sum, sign| {
        let value = BECH32.iter().position(|known| known.eq_ignore_ascii_case(sign))?;
        Some(step(sum, u32::try_from(value).ok()?))
    });
    let witness = !matches!(prefix, b"cosmos" | b"COSMOS" | b"addr" | b"ADDR");
    let version = data.first().map(u8::to_ascii_lowercase);
    // Version, sum, and the program in fives of bits: 20 or 32 bytes in version 0.
    let length_right = !witness || version != Some(b'q') || matches!(data.len(), 39 | 59);
    match sum {
        Some(1) => length_right && (!witness || version == Some(b'q')),
        Some(0x2bc8_30a3) => witness && version != Some(b'q') && data.len() <= 71,
        _ => false,
    }
}

const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// One step of the BCH code over GF(32).
fn step(sum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = (sum & 0x01ff_ffff) << 5 ^ value;
    GENERATOR
        .iter()
        .enumerate()
        .filter(|(bit, _)| top >> bit & 1 == 1)
        .fold(shifted, |sum, (_, generator)| sum ^ generator)
}

/// Capitals where the hash of the small letters has a high nibble. An address all in one case
/// carries no sum, and is still one (ERC-55); the zero address is nobody's.
fn is_ethereum(hex: &[u8]) -> bool {
    let one_case =
        !hex.iter().any(u8::is_ascii_uppercase) || !hex.iter().any(u8::is_ascii_lowercase);
    let dummy = hex.iter().all(|digit| Some(digit) == hex.first());
    let Ok(address) = <[u8; 40]>::try_from(hex) else { return false };
    if dummy || one_case {
        return !dummy;
    }
    let hash = keccak256(&address.map(|digit| digit.to_ascii_lowercase()));
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    address.iter().zip(nibbles).all(|(digit, nibble)| {
        digit.is_ascii_digit() || digit.is_ascii_uppercase() == (nibble >= 8)
    })
}

/// Keccak-256 as it was before FIPS 202 changed the padding, of 40 bytes: one block.
fn keccak256(message: &[u8; 40]) -> [u8; 32] {
    let mut state = [0u64; 25];
    for (lane, bytes) in state.iter_mut().zip(message.chunks_exact(8)) {
        *lane = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    }
    // The padding: a 1 behind the message, a 1 at the end of the block of 136 bytes.
    state[5] ^= 1;
    state[16] ^= 1 << 63;
    for constant in ROUNDS {
        round(&mut state, constant);
    }
    let mut hash = [0; 32];
    for (bytes, lane) in hash.chunks_exact_mut(8).zip(state) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    hash
}

/// FIPS 202 section 3.2: theta, rho and pi, chi, iota.
fn round(state: &mut [u64; 25], constant: u64) {
    let columns: [u64; 5] =
        std::array::from_fn(|x| (0..5).fold(0, |sum, y| sum ^ state[x + 5 * y]));
    for (at, lane) in state.iter_mut().enumerate() {
        *lane ^= columns[(at + 4) % 5] ^ columns[(at + 1) % 5].rotate_left(1);
    }
    let mut moved = [0; 25];
    let (mut x, mut y) = (1, 0);
    moved[0] = state[0];
    for turn in 0..24u32 {
        let lane = state[x + 5 * y].rotate_left((turn + 1) * (turn + 2) / 2 % 64);
        (x, y) = (y, (2 * x + 3 * y) % 5);
        moved[x + 5 * y] = lane;
    }
    for (at, lane) in state.iter_mut().enumerate() {
        let row = at - at % 5;
        *lane = moved[at] ^ (!moved[row + (at + 1) % 5] & moved[row + (at + 2) % 5]);
    }
    state[0] ^= constant;
}

/// FIPS 202 section 3.2.5, the constants of iota.
const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];
