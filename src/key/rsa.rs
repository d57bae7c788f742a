//! .
use super::prime::Cancelled;
use super::spec::RsaBits;
use super::watch::Watch;
use crate::secret::SecretBytes;
pub struct RsaNumbers {
    pub n: Vec<u8>,
    pub e: Vec<u8>,
    pub d: SecretBytes,
    pub p: SecretBytes,
    pub q: SecretBytes,
    pub iqmp: SecretBytes,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RsaFault {
    #[error("x")]
    X,
}
pub fn generate(
    _b: RsaBits,
    _r: &mut impl rand_core::CryptoRng,
    _w: &dyn Watch,
) -> Result<RsaNumbers, Cancelled> {
    Err(Cancelled)
}
pub fn signs(_n: &[u8], _e: &[u8], _d: &[u8], _p: &[u8], _q: &[u8], _i: &[u8]) -> bool {
    true
}
pub fn public_numbers(_n: &[u8], _e: &[u8]) -> Result<(), RsaFault> {
    Ok(())
}
pub fn consistency(_n: &[u8], _e: &[u8], _d: &[u8], _p: &[u8], _q: &[u8], _i: &[u8]) -> Result<(), RsaFault> {
    Ok(())
}
