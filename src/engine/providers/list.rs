//! What is known about each provider, from what they publish. Look at the sources before you change a line, and set
//! the date.

use super::{Pasted, Provider, Takes};
use crate::format::one_line::Shell;

/// When this was last compared with the sources.
pub const AS_OF: &str = "November 2026";

const ED25519: Takes = Takes::Ed25519;
const RSA: Takes = Takes::Rsa { from_bits: 2048 };

/// What OpenSSH takes for a login with its defaults.
const OPENSSH: &[Takes] = &[
    ED25519,
    Takes::Ecdsa,
    Takes::Rsa { from_bits: 1024 },
    Takes::SecurityKeys,
];

/// All of them, in the order in which they are shown.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        code: "github",
        title: "GitHub",
        // DSA went on 15 March 2022.
        takes: &[ED25519, Takes::Ecdsa, RSA, Takes::SecurityKeys],
        is_documented: true,
        pasted: Pasted::Line,
        steps: &[
            "Open Settings, SSH and GPG keys, New SSH key.",
            "Give it a name by which you will know this computer, leave the type at Authentication Key, and paste the key.",
            "Try it with “ssh -T git@github.com”: it greets you by the name of your account.",
        ],
        page: Some("https://github.com/settings/ssh/new"),
        source: "https://docs.github.com/en/authentication/connecting-to-github-with-ssh/about-ssh",
        note: "A key can belong to one account or one repository only: “Key is already in use” means that it is at another one.",
    },
    Provider {
        code: "gitlab",
        title: "GitLab",
        takes: &[ED25519, RSA, Takes::Ecdsa, Takes::SecurityKeys],
        is_documented: true,
        pasted: Pasted::Line,
        steps: &[
            "Open your picture, Edit profile, SSH Keys, Add new key.",
            "Paste the key; its comment becomes the title. GitLab suggests a day on which it expires: take it out, or note it.",
            "Try it with “ssh -T git@gitlab.com”.",
        ],
        page: Some("https://gitlab.com/-/user_settings/ssh_keys"),
        source: "https://docs.gitlab.com/user/ssh/",
        note: "A GitLab of a company has an address of its own, and may take fewer types.",
    },
    Provider {
        code: "azure-devops",
        title: "Azure DevOps",
        takes: &[RSA],
        is_documented: true,
        pasted: Pasted::Line,
        steps: &[
            "Open your organisation, the User settings beside your picture, SSH public keys, New Key.",
            "Paste the key without changing anything.",
            "Try it with “ssh -T git@ssh.dev.azure.com”: “Shell access is not supported” means that the key works.",
        ],
        page: Some("https://dev.azure.com/"),
        source: "https://learn.microsoft.com/en-us/azure/devops/repos/git/use-ssh-keys-to-authenticate",
        note: "It takes RSA keys alone, but no longer their old signatures with SHA-1: an RSA key of today is right, an old SSH program may not be.",
    },
    Provider {
        code: "jumpcloud",
        title: "JumpCloud",
        takes: &[RSA, Takes::Ecdsa, ED25519],
        is_documented: false,
        pasted: Pasted::Line,
        steps: &[
            "Sign in to the User Portal, open your profile, and find the SSH keys there.",
            "Add a key: give it a name, paste the key, and save.",
            "JumpCloud hands it on to each Linux or macOS device that you are bound to; that takes some minutes.",
        ],
        page: Some("https://console.jumpcloud.com/userconsole"),
        source: "https://jumpcloud.com/support/use-ssh-keys-for-windows",
        note: "Its documentation names no types that it refuses; what is listed here every such device can use. Never give it the private key.",
    },
    Provider {
        code: "invapi",
        title: "Invapi (HOSTKEY)",
        takes: &[RSA, Takes::Ecdsa, ED25519],
        is_documented: false,
        pasted: Pasted::Line,
        steps: &[
            "Sign in to Invapi, and open the menu behind your user name to find the SSH keys of your account.",
            "Add the key there, and choose it when you order or reinstall a server.",
            "On a server that is running already the key is not added by that: install it over the network, or paste the line for a shell.",
        ],
        page: Some("https://invapi.hostkey.com"),
        source: "https://hostkey.com/documentation/controlpanel/startscreen_autorisation/",
        note: "Its documentation names no types that it refuses; what is listed here every Linux server of today can use.",
    },
    Provider {
        code: "cloud-init",
        title: "cloud-init",
        takes: OPENSSH,
        is_documented: true,
        pasted: Pasted::CloudConfig,
        steps: &[
            "Paste this where the provider asks for user data, or for a cloud-config, when a server is made.",
            "The key may then log in as the user that the image comes with: ubuntu, debian, ec2-user and so on.",
        ],
        page: None,
        source: "https://docs.cloud-init.io/en/latest/reference/modules.html",
        note: "It counts at the first start of a server only.",
    },
    Provider {
        code: "sh",
        title: "A shell on Linux, macOS or BSD",
        takes: OPENSSH,
        is_documented: true,
        pasted: Pasted::Shell(Shell::Posix),
        steps: &[
            "Log in to the server as the user who shall be reached with the key; the provider's web console will do.",
            "Paste the line there, and press Enter. It says where the key is now; pasted twice it adds it once.",
        ],
        page: None,
        source: "https://man.openbsd.org/sshd.8",
        note: "sshd need not be restarted.",
    },
    Provider {
        code: "powershell",
        title: "PowerShell on Windows",
        takes: OPENSSH,
        is_documented: true,
        pasted: Pasted::Shell(Shell::PowerShell),
        steps: &[
            "Log in to the server as the user who shall be reached with the key, and open PowerShell; an administrator opens it as administrator.",
            "Paste the line there, and press Enter. It says where the key is now; pasted twice it adds it once.",
        ],
        page: None,
        source: "https://learn.microsoft.com/en-us/windows-server/administration/openssh/openssh_keymanagement",
        note: "OpenSSH's server has to be installed there. For administrators it reads a list that all of them share, and that nobody else may write to.",
    },
];
