//! Who signs when a server asks for it: a key that is open here, or an agent that holds one.

use russh::keys::HashAlg;
use russh::keys::agent::AgentIdentity;
use russh::{SendError, Signer};

use super::RemoteFault;
use super::client::beside;
use super::fault::Step;
use crate::key::sign::{self, RsaHash};
use crate::key::signature::verify;
use crate::key::wire::Writer;
use crate::key::{KeyPair, PublicKey};
use crate::sys::agent::Agent;
use crate::sys::randomness::os_rng;

/// Who signs.
pub(super) enum Hand<'a> {
    /// A key that is open here.
    Key(&'a KeyPair),
    /// An agent, for the key or certificate of this wire form.
    Agent {
        agent: Agent,
        blob: Vec<u8>,
        key: &'a PublicKey,
    },
    /// Nobody: the server is only asked whether it would take the key.
    Nobody,
}

/// A hand, and whether it was asked to sign and did.
pub(super) struct Signing<'a> {
    pub(super) hand: Hand<'a>,
    pub(super) has_signed: bool,
}

/// Why there is no signature.
pub(super) enum NoSignature {
    /// The connection has gone.
    Gone,
    /// One is wanted, and nobody was to give it.
    Wanted,
    /// Whoever was to sign has not.
    Fault(RemoteFault),
}

impl From<SendError> for NoSignature {
    fn from(_: SendError) -> Self {
        Self::Gone
    }
}

impl From<RemoteFault> for NoSignature {
    fn from(fault: RemoteFault) -> Self {
        Self::Fault(fault)
    }
}

impl Signer for Signing<'_> {
    type Error = NoSignature;

    /// russh wants the message back, with the signature behind it.
    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, NoSignature> {
        let hash = match hash {
            Some(HashAlg::Sha256) => RsaHash::Sha256,
            _ => RsaHash::Sha512,
        };
        let signature = match &self.hand {
            Hand::Nobody => return Err(NoSignature::Wanted),
            Hand::Key(key) => {
                let mut rng = os_rng().map_err(RemoteFault::Random)?;
                sign::sign(key, hash, &message, &mut rng).map_err(RemoteFault::CannotSign)?
            }
            Hand::Agent { agent, blob, key } => {
                let (agent, blob, copy) = (agent.clone(), blob.clone(), message.clone());
                let signed = beside("agent", move || agent.sign(&blob, &copy, hash)).await;
                let signed = signed.map_err(|source| RemoteFault::Io {
                    step: Step::Key,
                    source,
                })?;
                let signature = signed.map_err(RemoteFault::Agent)?;
                // Some agents know nothing newer than SHA-1, and say nothing when asked for it.
                let verified = verify(key, &message, &signature).map_err(|_| RemoteFault::AgentSignature)?;
                if verified.scheme != sign::scheme(key, hash) {
                    return Err(RemoteFault::AgentSignature.into());
                }
                signature
            }
        };
        self.has_signed = true;
        let mut out = Writer::new();
        out.bytes(&message).string(&signature);
        Ok(out.finish_public())
    }
}
