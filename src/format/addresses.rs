//! Addresses and networks, as lists for ssh name them.

use core::net::IpAddr;

/// Whether behind the first `bits` of the address there are only zeros: OpenSSH takes no other networks.
pub(super) fn is_network(address: &str, bits: &str) -> bool {
    let (Ok(address), Ok(bits)) = (address.parse(), bits.parse::<u32>()) else {
        return false;
    };
    match address {
        IpAddr::V4(address) => bits <= 32 && address.to_bits().checked_shl(bits).unwrap_or(0) == 0,
        IpAddr::V6(address) => bits <= 128 && address.to_bits().checked_shl(bits).unwrap_or(0) == 0,
    }
}

/// Whether it is an address or a network, and no name.
pub(super) fn is_address_or_network(text: &str) -> bool {
    match text.split_once('/') {
        Some((address, bits)) => is_network(address, bits),
        None => text.parse::<IpAddr>().is_ok(),
    }
}
