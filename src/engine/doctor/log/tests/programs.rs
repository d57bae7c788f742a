//! What programs print that are not OpenSSH. The lines are built from the format strings in their sources.

use super::*;

#[test]
fn putty_is_understood() {
    const BEGIN: &str = "Looking up host \"web.example.org\" for SSH connection\nConnecting to 192.0.2.7 port 22\nRemote version: SSH-2.0-OpenSSH_9.2p1\n";
    for (lines, expected) in [
        (
            "Using username \"jo\".\nOffered public key\nServer refused our key\nNo supported authentication methods available (server sent: publickey)\nFATAL ERROR: No supported authentication methods available (server sent: publickey)\n",
            "key-not-authorized certain",
        ),
        (
            "Disconnected: No supported authentication methods available (server sent: publickey,password)\n",
            "no-key-offered likely",
        ),
        (
            "FATAL ERROR: No supported authentication methods available (server sent: password)\n",
            "keys-disabled likely",
        ),
        (
            "Unable to use key file \"id\" (OpenSSH SSH-2 private key (new format))\n",
            "ppk-wanted certain",
        ),
        (
            "Unable to use key file \"id.pub\" (SSH-2 public key (OpenSSH format))\n",
            "key-file-public certain",
        ),
        (
            "Unable to use key file \"id.ppk\" (unable to open file)\n",
            "key-file-missing likely",
        ),
        (
            "Unable to load key file \"id.ppk\" (PuTTY key format too new)\n",
            "ppk-too-new certain",
        ),
        (
            "Offered public key\nOffer of public key accepted\nAuthenticating with public key \"x\"\nUnable to load private key (MAC failed)\n",
            "ppk-damaged certain",
        ),
        (
            "Unable to load private key file \"id.ppk\" (MAC failed)\n",
            "ppk-damaged certain",
        ),
        ("Wrong passphrase\n", "key-file-passphrase certain"),
        (
            "Offer of public key accepted\nPageant failed to provide a signature\n",
            "agent-refused certain",
        ),
        (
            "Server refused public-key signature despite accepting key!\n",
            "signature-refused certain",
        ),
        (
            "Using username \"jo\".\nOffered public key\nOffer of public key accepted\nAccess granted\n",
            "works certain",
        ),
        (
            "FATAL ERROR: Network error: Connection refused\n",
            "connection-refused certain",
        ),
        (
            "FATAL ERROR: Remote side sent disconnect message\ntype 2 (protocol error):\n\"Too many authentication failures\"\n",
            "too-many-keys likely",
        ),
        (
            "Host key is not cached for this server\n",
            "host-key-unknown certain",
        ),
        (
            "WARNING - POTENTIAL SECURITY BREACH!\n",
            "host-key-changed certain",
        ),
    ] {
        check(&[BEGIN, lines].concat(), expected);
    }
}

#[test]
fn libraries_and_build_servers_are_understood() {
    for (line, expected) in [
        (
            "paramiko.ssh_exception.SSHException: not a valid RSA private key file",
            "key-file-format certain",
        ),
        (
            "paramiko.ssh_exception.PasswordRequiredException: Private key file is encrypted",
            "key-file-passphrase certain",
        ),
        (
            "paramiko.ssh_exception.SSHException: Error reading SSH protocol banner",
            "not-ssh certain",
        ),
        (
            "paramiko.ssh_exception.SSHException: Server 'web' not found in known_hosts",
            "host-key-unknown certain",
        ),
        (
            "paramiko.ssh_exception.BadHostKeyException: Host key for server 'web' does not match: got 'x', expected 'y'",
            "host-key-changed certain",
        ),
        (
            "paramiko.ssh_exception.SSHException: No authentication methods available",
            "no-key-offered certain",
        ),
        (
            "paramiko.ssh_exception.AuthenticationException: Unable to agree on a pubkey algorithm for signing a 'ssh-rsa' key!",
            "rsa-sha1 certain",
        ),
        (
            "paramiko.ssh_exception.BadAuthenticationType: Bad authentication type; allowed types: ['password']",
            "keys-disabled certain",
        ),
        (
            "paramiko.ssh_exception.AuthenticationException: Authentication failed.",
            "key-not-authorized possible",
        ),
        (
            "libssh2: Username/PublicKey combination invalid",
            "key-not-authorized certain",
        ),
        (
            "libssh2: Invalid signature for supplied public key, or bad username/public key combination",
            "public-half-mismatch likely",
        ),
        (
            "libssh2: Unable to extract public key from private key file: Unable to open private key file",
            "key-file-missing certain",
        ),
        (
            "libgit2: error authenticating: failed connecting with agent",
            "agent-missing certain",
        ),
        (
            "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
            "key-not-authorized certain",
        ),
        (
            "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none], no supported methods remain",
            "no-key-offered certain",
        ),
        ("error: ssh: no key found", "key-file-format certain"),
        (
            "error: ssh: this private key is passphrase protected",
            "key-file-passphrase certain",
        ),
        (
            "ssh: handshake failed: knownhosts: key mismatch",
            "host-key-changed certain",
        ),
        (
            "com.jcraft.jsch.JSchException: invalid privatekey: [B@1b2c3d",
            "key-file-format certain",
        ),
        (
            "[11/30/26 10:00:00] [SSH] Server rejected the 1 private key(s) for jenkins (credentialId:x/method:publickey)",
            "key-not-authorized certain",
        ),
        (
            "Error: Cannot parse privateKey: Unsupported key format",
            "key-file-format certain",
        ),
        (
            "dbclient: Failed loading keyfile '/root/.ssh/id_dropbear'",
            "key-file-format certain",
        ),
    ] {
        check(&format!("{line}\n"), expected);
    }
}

#[test]
fn what_libraries_of_other_languages_say_is_understood() {
    for (line, expected) in [
        (
            "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none password], no supported methods remain",
            "no-key-offered likely",
        ),
        ("ssh: handshake failed: EOF", "connection-closed certain"),
        (
            "timeout - last error: dial tcp 10.0.0.5:22: connect: connection refused\nssh: rejected",
            "connection-refused certain",
        ),
        (
            "Renci.SshNet.Common.SshAuthenticationException: Permission denied (publickey).",
            "key-not-authorized likely",
        ),
        (
            "Renci.SshNet.Common.SshPassPhraseNullOrEmptyException: Private key is encrypted but passphrase is empty.",
            "key-file-passphrase certain",
        ),
        (
            "Renci.SshNet.Common.SshException: Invalid private key file.",
            "key-file-format certain",
        ),
        (
            "Net::SSH::HostKeyMismatch: fingerprint SHA256:x does not match for web",
            "host-key-changed certain",
        ),
        (
            "net.schmizz.sshj.transport.TransportException: [HOST_KEY_NOT_VERIFIABLE] Could not verify a host key",
            "host-key-unknown certain",
        ),
        (
            "asyncssh.misc.HostKeyNotVerifiable: Host key is not trusted for host web",
            "host-key-unknown certain",
        ),
    ] {
        check(&format!("{line}\n"), expected);
    }
}
