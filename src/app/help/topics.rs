//! The questions, those first that most people have.

use super::Piece::{Command, Step, Text};
use super::Topic;

/// All of them.
pub const TOPICS: &[Topic] = &[
    Topic {
        question: "How do I make a key and log in with it?",
        answer: &[
            Step("Press *Generate* and move the mouse until the bar is full."),
            Step(
                "Type a passphrase, or let one be suggested, and press *Save private key*. The key goes to the folder .ssh in your home, where ssh looks for it.",
            ),
            Step(
                "Go to *Servers*, type you@server, as you would for ssh, and put the key there. Keywright logs in with it to see that it works.",
            ),
            Text("From then on, this is enough:"),
            Command("ssh you@server"),
            Text(
                "Where you cannot log in yet, press *Copy public key* and send the line to whoever looks after the server, or paste it where the provider's web page asks for it.",
            ),
        ],
    },
    Topic {
        question: "What is an SSH key, and which half may I give away?",
        answer: &[
            Text(
                "A key has two halves. The private half stays with you, in a file that only you can read. The public half may be given to anybody: a server that has it lets in whoever holds the private one, and learns nothing that would help somebody else.",
            ),
            Text(
                "The public half is one line that begins with ssh-ed25519, ssh-rsa or a name like these. A private key file begins with “-----BEGIN” or “PuTTY-User-Key-File”. Never send or paste that one anywhere.",
            ),
        ],
    },
    Topic {
        question: "What is a passphrase for?",
        answer: &[
            Text(
                "It locks the private key file. Whoever gets hold of the file, from a stolen laptop or a backup, cannot use the key without it. It never goes to the server, and it is not your password there.",
            ),
            Text(
                "Take several unrelated words, or press *Suggest one*. There is no way to recover a passphrase: if it is lost, make a new key and put that on your servers.",
            ),
            Text(
                "You need not type it each time: hand the key to an agent, and it is asked for once a session. A key for a script that runs unattended can do without a passphrase; guard that file, and restrict what the key may do on the server.",
            ),
        ],
    },
    Topic {
        question: "How do I get the key onto my server?",
        answer: &[
            Step("Open the key, or make one, and go to *Servers*."),
            Step(
                "Type the server as you would for ssh: you@example.org, or the short name in your ssh configuration. Another port stands behind a colon.",
            ),
            Step(
                "Put the key there. The first time, compare the server's fingerprint with what its owner told you. Then you are asked for the password that you have used so far, unless an agent or another key lets you in.",
            ),
            Text(
                "Keywright adds one line to the list of keys there, changes nothing else, and then logs in with the new key alone. Only then does it say that it works. What was done can be undone on the same page.",
            ),
            Text(
                "If you can only get in by a web console, *Where to paste it…* shows what to paste, and where.",
            ),
        ],
    },
    Topic {
        question: "How do I use the key with GitHub, GitLab or a cloud provider?",
        answer: &[
            Text(
                "*Where to paste it…* beside the public key lists the usual providers. It says whether they take this type of key, what to paste, and on which page.",
            ),
            Text("After that, for GitHub, this greets you by name:"),
            Command("ssh -T git@github.com"),
            Text(
                "An address that begins with https:// uses no key. Change it once in each copy of the repository, with your names in it:",
            ),
            Command("git remote set-url origin git@github.com:OWNER/NAME.git"),
        ],
    },
    Topic {
        question: "I have used PuTTYgen. Where is everything?",
        answer: &[
            Text(
                "Under the same words: *Generate*, *Load*, *Save public key*, *Save private key*, *Key comment*, *Key passphrase*, and the menus File, Key, Conversions and Help. *Import key* and *Export OpenSSH key* are in Conversions.",
            ),
            Text(
                "What is different: a new key is saved for ssh unless you choose otherwise. Beside *Save private key* stands the format: choose PuTTY for a .ppk file, or both. A .ppk file that you load stays one when you save it.",
            ),
            Text("PuTTY before 0.75 reads only the older format of .ppk; it is among the formats too."),
        ],
    },
    Topic {
        question: "ssh does not take my .ppk file, or PuTTY does not take my key",
        answer: &[
            Text(
                "A .ppk file is PuTTY's own format, which ssh cannot read; PuTTY cannot use ssh's. It is the same key inside.",
            ),
            Step("Press *Load* and choose the file."),
            Step(
                "In the menu Conversions, choose *Export OpenSSH key* for ssh, or *Export PuTTY key* for PuTTY, WinSCP and FileZilla.",
            ),
            Text("The public half stays the same, so nothing changes on your servers."),
        ],
    },
    Topic {
        question: "“Permission denied (publickey)”: what now?",
        answer: &[
            Text("The server did not accept any key that ssh offered. Mostly it is one of these:"),
            Step("The name is wrong. Many servers want root, ubuntu, ec2-user or another name before the @."),
            Step(
                "The public half is not on the server, or in the list of another account. Put the key there once more under *Servers*; a line that is there already is not added twice.",
            ),
            Step(
                "ssh offers another key. A key with a name of its own is not tried unless ssh is told of it: with -i, or in its configuration.",
            ),
            Step(
                "Somebody else may write to the folder .ssh on the server, and so it is not trusted. Keywright says so when it tries the key, and offers to repair it.",
            ),
            Text("To see what ssh does:"),
            Command("ssh -v you@server"),
            Text(
                "Copy all that it prints, go to *Doctor* and press *Paste and examine*: it says which of these it is.",
            ),
        ],
    },
    Topic {
        question: "“Bad permissions” or “unprotected private key file”",
        answer: &[
            Text(
                "ssh refuses a private key that other people on this computer can read. The page of your keys marks such a file, and a button there puts it right. On Linux and macOS, this does the same:",
            ),
            Command("chmod 600 ~/.ssh/id_ed25519"),
        ],
    },
    Topic {
        question: "“Invalid format” or “error in libcrypto”: is my key broken?",
        answer: &[
            Text(
                "Mostly not. A key that was pasted into a form, a mail or a CI system loses its last line end, its line breaks or its first line, and ssh then refuses it. Press *Load*: what can be put together again is, and the key itself proves that it is whole. Save it from there, and ssh reads it.",
            ),
            Text("If a part is really missing, you are told which line."),
        ],
    },
    Topic {
        question: "Which type of key should I choose?",
        answer: &[
            Text("Ed25519, unless something you use is too old for it. It is short, fast and strong."),
            Text(
                "RSA with 3072 bits or more for devices and services that take nothing newer; there is nothing wrong with it but its size. ECDSA where a rule asks for it. DSA is broken, and servers refuse it.",
            ),
        ],
    },
    Topic {
        question: "Why do I move the mouse?",
        answer: &[Text(
            "A key must be random, so that nobody can make it again. Your computer's own randomness is enough and is always used; how you move the mouse is mixed in, in case something is wrong with the first. *Use system randomness only* skips it.",
        )],
    },
    Topic {
        question: "“The host key has changed”: is that dangerous?",
        answer: &[
            Text(
                "Each server has a key of its own, by which your computer knows it again. If it changes, either the server was set up anew, or somebody stands between you and it and would see your password. Ask whoever looks after the server for its fingerprint.",
            ),
            Text(
                "Then connect again on the page *Servers*, type it where it is asked for, and press *Replace*: the old key is forgotten and the new one noted only if it is the right one.",
            ),
        ],
    },
    Topic {
        question: "What is an agent?",
        answer: &[Text(
            "A program that holds your opened keys while you are logged in, so that you type each passphrase once: ssh-agent on Linux, macOS and Windows, Pageant for PuTTY. It signs for ssh, and never gives a key away. Hand a key over on the page *Agent*, for some hours or until it is removed, and have it ask before each use if you like.",
        )],
    },
    Topic {
        question: "How do I take my keys to a new computer?",
        answer: &[
            Text(
                "Best not at all: make a new key there, put it on your servers while the old computer still lets you in, and then take the old key off them. A key that never travelled cannot have been copied on the way.",
            ),
            Text(
                "If you must, copy the private key file, locked with a passphrase, to the folder .ssh in the home of the new computer, and open it there with Keywright: the public half is made from it, and the page of your keys says if its permissions are wrong.",
            ),
        ],
    },
    Topic {
        question: "I have lost a key, or somebody may have a copy",
        answer: &[
            Step("Make a new key and put it on your servers."),
            Step(
                "Take the old one off: choose the server under *Servers* and look at who may log in there. Before the last way in is taken away, you are asked.",
            ),
            Step("Remove it from GitHub and other services too, on their own pages."),
            Text("A private key that is lost cannot be made again from its public half."),
        ],
    },
    Topic {
        question: "Does Keywright send anything anywhere?",
        answer: &[Text(
            "No. It speaks to the servers that you name, and to nobody else. It has no account, looks for no updates and counts nothing. Private keys stay on this computer; what goes to a server is the public half.",
        )],
    },
    Topic {
        question: "Which keys of the keyboard can I use?",
        answer: &[Text(
            "Tab goes from one thing to the next, Enter and the space bar press it, Esc closes. An underlined letter is reached with Alt. Ctrl+O loads a key, Ctrl+S saves it, Ctrl+N makes a new one, Ctrl+C copies the public key and Ctrl+V opens a key from the clipboard. Ctrl with a number from 1 to 5 goes to a page, Ctrl+6 to the open key or a new one, F1 comes here, Ctrl with + or − changes the size of the text. On a Mac, it is Cmd instead of Ctrl.",
        )],
    },
];
