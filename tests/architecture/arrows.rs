//! Every `use` and every path of a source file, resolved to the module it leads to, and judged.
//!
//! A path counts wherever it stands: in a `use`, in an expression, a type or a pattern, inside the tokens of a
//! macro, and in the quoted path of an attribute such as `#[serde(with = "…")]`. Words in comments and
//! documentation do not count: a lower floor may say who uses it.

use std::collections::BTreeSet;
use std::fmt;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// The modules at the root of the library and the floor that each stands on.
const FLOORS: &[(&str, u8)] = &[
    ("secret", 0),
    ("key", 1),
    ("format", 1),
    ("sys", 2),
    ("engine", 3),
    ("app", 4),
    ("cli", 4),
    ("gui", 5),
];

/// The two faces of the program, neither of which knows the other.
const FACES: [&[&str]; 2] = [&["app", "gui"], &["cli"]];

/// `lib.rs`, `main.rs` and `bin/` stand above all floors and may use each.
pub(crate) const ROOF: u8 = 6;

/// Crates that only one face of the program may name: the window's and the console's.
const WINDOW_CRATES: &[&str] = &[
    "accesskit",
    "arboard",
    "eframe",
    "egui",
    "epaint",
    "rfd",
    "wgpu",
    "winit",
];
const CONSOLE_CRATES: &[&str] = &["clap", "clap_complete", "clap_mangen", "indicatif", "rpassword"];

/// What pure computing must not name: files, the network, threads and the clock.
const OUTSIDE_WORLD: &[&str] = &[
    "std::fs",
    "std::net",
    "std::thread",
    "std::time::SystemTime",
    "std::time::Instant",
    "directories",
    "rustix",
    "tempfile",
    "windows_sys",
];

/// What makes connections. A person hears of every one, for there is one place alone that may make them.
const NETWORK: &[&str] = &[
    "std::net",
    "socket2",
    "tokio",
    "async_std",
    "mio",
    "russh",
    "russh_sftp",
];
const NETWORK_MODULE: [&str; 2] = ["sys", "remote"];

/// Something a file names and must not.
#[derive(Debug)]
pub(crate) struct Fault {
    file: String,
    line: usize,
    says: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "src/{}:{}: {}", self.file, self.line, self.says)
    }
}

/// Where a file says that it uses something of the house: the path of what is meant, from the root.
#[derive(Debug)]
pub(crate) struct Arrow {
    pub(crate) target: Vec<String>,
    pub(crate) line: usize,
}

/// What a file says of other files.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) faults: Vec<Fault>,
    /// Those of its tests are left out.
    pub(crate) arrows: Vec<Arrow>,
    /// What can be named here and stands elsewhere: the name, and the whole path of what it is.
    pub(crate) handed_on: Vec<(String, Vec<String>)>,
}

/// One file; `name` is its path below `src/` with `/` between the parts.
pub(crate) struct SourceFile {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl SourceFile {
    /// The module that this file is: `key/prime/mod.rs` is `key::prime`, `lib.rs` is the root.
    pub(crate) fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> = self
            .name
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        parts
    }

    pub(crate) fn is_program(&self) -> bool {
        self.name == "main.rs" || self.name.starts_with("bin/")
    }

    pub(crate) fn floor(&self) -> u8 {
        self.module()
            .first()
            .and_then(|root| floor_of(root))
            .unwrap_or(ROOF)
    }

    fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text)
            .unwrap_or_else(|fault| panic!("src/{}:{}: {fault}", self.name, fault.span().start().line))
    }

    pub(crate) fn test_modules(&self) -> Vec<Vec<String>> {
        let is_test_file = |item: &syn::Item| match item {
            syn::Item::Mod(module) if module.content.is_none() && is_for_tests(&module.attrs) => {
                Some([self.module(), vec![module.ident.to_string()]].concat())
            }
            _ => None,
        };
        self.syntax().items.iter().filter_map(is_test_file).collect()
    }

    pub(crate) fn read(&self, test_modules: &BTreeSet<Vec<String>>) -> Reading {
        if self.is_program() {
            return Reading::default();
        }
        let (module, syntax) = (self.module(), self.syntax());
        let mut walk = Walk {
            file: self,
            in_tests: is_for_tests(&syntax.attrs)
                || test_modules.iter().any(|tests| module.starts_with(tests)),
            module,
            is_handed_on: false,
            reading: Reading::default(),
        };
        walk.visit_file(&syntax);
        walk.reading
    }
}

/// Whether a path names `forbidden` or something in it, or lets it in under a shorter name, as
/// `use std::time;` and `use std::*;` do with the clock.
fn leads_to(path: &[String], forbidden: &str, written: Written) -> bool {
    let parts: Vec<&str> = forbidden.split("::").collect();
    let shared = parts
        .iter()
        .zip(path)
        .take_while(|(part, segment)| *part == segment)
        .count();
    let rest = &path[shared..];
    let opens_the_way = written == Written::Import && shared > 0 && (rest.is_empty() || rest == ["*"]);
    shared == parts.len() || opens_the_way
}

fn floor_of(module: &str) -> Option<u8> {
    FLOORS
        .iter()
        .find(|(name, _)| *name == module)
        .map(|(_, floor)| *floor)
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("cfg") => needs_test(list.tokens.clone()),
        _ => false,
    })
}

/// Whether a `cfg` can hold only in tests: `test`, or `all(…)` with `test` among its conditions.
fn needs_test(condition: TokenStream) -> bool {
    let Ok(condition) = syn::parse2::<syn::Meta>(condition) else {
        return false;
    };
    match condition {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated)
            .is_ok_and(|all| all.iter().any(|one| one.path().is_ident("test"))),
        _ => false,
    }
}

/// How a path was written: an import of `std::time` opens the way to the clock, a mention of it does not.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    Import,
    Mention,
}

/// A walk through one file that knows in which module it stands.
struct Walk<'a> {
    file: &'a SourceFile,
    module: Vec<String>,
    in_tests: bool,
    /// Whether the import that is being read can be used from outside.
    is_handed_on: bool,
    reading: Reading,
}

impl Walk<'_> {
    fn fault(&mut self, at: Span, says: String) {
        self.reading.faults.push(Fault {
            file: self.file.name.clone(),
            line: at.start().line,
            says,
        });
    }

    /// Judges one path, given as its segments from the left.
    fn judge(&mut self, path: &[String], written: Written, at: Span) {
        let Some(first) = path.first() else { return };
        match first.as_str() {
            "crate" | "self" | "super" | "keywright" => self.judge_inner(path, written, at),
            _ => self.judge_foreign(path, written, at),
        }
    }

    /// The path from the root of what is named here by `crate::…`, `self::…` or `super::…`.
    fn resolved(&self, path: &[String]) -> Vec<String> {
        let mut target = Vec::new();
        for (index, segment) in path.iter().enumerate() {
            match segment.as_str() {
                "crate" | "keywright" if index == 0 => {}
                "self" if index == 0 => target.clone_from(&self.module),
                "super" => {
                    if index == 0 {
                        target.clone_from(&self.module);
                    }
                    target.pop();
                }
                "self" => {}
                _ => target.push(segment.clone()),
            }
        }
        target
    }

    fn judge_inner(&mut self, path: &[String], written: Written, at: Span) {
        let target = self.resolved(path);
        if !self.in_tests {
            self.reading.arrows.push(Arrow {
                target: target.clone(),
                line: at.start().line,
            });
        }
        let (here, floor) = (
            self.module.first().cloned().unwrap_or_default(),
            self.file.floor(),
        );
        let there = match target.first().map(String::as_str) {
            None | Some("*") if written == Written::Import && floor != ROOF => {
                let says =
                    format!("{here} imports the whole crate, which hides where its arrows go: name a module");
                return self.fault(at, says);
            }
            None => return,
            Some(there) => there.to_owned(),
        };
        let Some(target_floor) = floor_of(&there) else {
            return;
        };
        if FACES
            .iter()
            .all(|face| face.contains(&here.as_str()) != face.contains(&there.as_str()))
        {
            self.fault(
                at,
                format!("{here} → {there}: the two faces of the program may not use each other"),
            );
        } else if target_floor > floor {
            self.fault(
                at,
                format!("{here} (floor {floor}) → {there} (floor {target_floor}) climbs"),
            );
        }
    }

    fn judge_foreign(&mut self, path: &[String], written: Written, at: Span) {
        let (here, floor) = (
            self.module.first().cloned().unwrap_or_default(),
            self.file.floor(),
        );
        let root = path[0].as_str();
        let is_window = WINDOW_CRATES.contains(&root) || root.starts_with("egui_");
        if is_window && floor < ROOF && here != "gui" {
            self.fault(
                at,
                format!("{here} (floor {floor}) names {root}, which belongs to gui"),
            );
        }
        if CONSOLE_CRATES.contains(&root) && floor < ROOF && here != "cli" {
            self.fault(
                at,
                format!("{here} (floor {floor}) names {root}, which belongs to cli"),
            );
        }
        if self.in_tests {
            return;
        }
        let named = path.join("::");
        if floor == 1 && OUTSIDE_WORLD.iter().any(|each| leads_to(path, each, written)) {
            let says = format!("{here} (floor 1) names {named}: pure computing has no outside world");
            return self.fault(at, says);
        }
        let may_connect = self.module.starts_with(&NETWORK_MODULE.map(str::to_owned));
        if !may_connect && NETWORK.iter().any(|each| leads_to(path, each, written)) {
            let says = format!("{here} names {named}: nothing but sys::remote makes connections");
            self.fault(at, says);
        }
    }

    fn import(&mut self, tree: &syn::UseTree, stem: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                stem.push(path.ident.to_string());
                self.import(&path.tree, stem);
                stem.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.import(item, stem)),
            syn::UseTree::Glob(glob) => self.import_leaf("*", stem, glob.span()),
            syn::UseTree::Name(name) => {
                self.hand_on(&name.ident.to_string(), &name.ident.to_string(), stem);
                self.import_leaf(&name.ident.to_string(), stem, name.span());
            }
            syn::UseTree::Rename(rename) => {
                self.hand_on(&rename.rename.to_string(), &rename.ident.to_string(), stem);
                self.import_leaf(&rename.ident.to_string(), stem, rename.span());
            }
        }
    }

    fn hand_on(&mut self, name: &str, leaf: &str, stem: &[String]) {
        let Some(first) = stem.first().filter(|_| self.is_handed_on) else {
            return;
        };
        let mut path = stem.to_vec();
        // `pub use part::Name` in a file means its own part.
        if !["crate", "self", "super", "keywright"].contains(&first.as_str()) {
            path.insert(0, "self".to_owned());
        }
        path.push(leaf.to_owned());
        let whole = self.resolved(&path);
        self.reading.handed_on.push((name.to_owned(), whole));
    }

    fn import_leaf(&mut self, leaf: &str, stem: &[String], at: Span) {
        let mut path = stem.to_vec();
        // `use std::time::{self}` imports `std::time`.
        if leaf != "self" || stem.is_empty() {
            path.push(leaf.to_owned());
        }
        self.judge(&path, Written::Import, at);
    }

    /// Finds paths among tokens that are not parsed: the body of a macro, the arguments of an attribute.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut index = 0;
        while index < tokens.len() {
            match &tokens[index] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    let at = ident.span();
                    let mut path = vec![ident.to_string()];
                    while let Some(TokenTree::Ident(next)) = tokens.get(index + 3)
                        && is_path_separator(&tokens[index + 1..])
                    {
                        path.push(next.to_string());
                        index += 3;
                    }
                    // `crate::{…}` inside a macro: judge each name of the group as if it stood alone.
                    if let Some(TokenTree::Group(group)) = tokens.get(index + 3)
                        && is_path_separator(&tokens[index + 1..])
                    {
                        self.token_group(&path, group.stream());
                        index += 3;
                    }
                    if path.len() > 1 {
                        self.judge(&path, Written::Mention, at);
                    }
                }
                _ => {}
            }
            index += 1;
        }
    }

    fn token_group(&mut self, stem: &[String], group: TokenStream) {
        for token in group {
            if let TokenTree::Ident(ident) = token {
                let at = ident.span();
                self.judge(&[stem, &[ident.to_string()]].concat(), Written::Mention, at);
            }
        }
    }

    /// A path in quotes is a path where an attribute says so: `#[serde(with = "crate::…")]`.
    fn quoted_paths(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.quoted_paths(group.stream()),
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal)
                        && let Ok(inner) = text.parse::<TokenStream>()
                    {
                        self.tokens(inner);
                    }
                }
                _ => {}
            }
        }
    }

    fn within_tests(&mut self, attributes: &[syn::Attribute], walk: impl FnOnce(&mut Self)) {
        let before = self.in_tests;
        self.in_tests |= is_for_tests(attributes);
        walk(self);
        self.in_tests = before;
    }
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(a), TokenTree::Punct(b), ..] if a.as_char() == ':' && b.as_char() == ':')
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Macro(item) => &item.attrs,
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Static(item) => &item.attrs,
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Trait(item) => &item.attrs,
            syn::Item::Type(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            _ => &[],
        };
        self.within_tests(attributes, |walk| visit::visit_item(walk, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.within_tests(&item.attrs, |walk| visit::visit_impl_item_fn(walk, item));
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.is_handed_on = !matches!(item.vis, syn::Visibility::Inherited);
        self.import(&item.tree, &mut Vec::new());
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.judge(&[item.ident.to_string()], Written::Import, item.span());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        // A single word is a local name, not an arrow; `self` and `Self` among them.
        if segments.len() > 1 {
            self.judge(&segments, Written::Mention, path.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        if attribute.path().is_ident("path") {
            self.fault(
                attribute.span(),
                "#[path] takes a file from another floor unseen".to_owned(),
            );
        }
        match &attribute.meta {
            syn::Meta::Path(_) => {}
            syn::Meta::List(list) => {
                self.tokens(list.tokens.clone());
                self.quoted_paths(list.tokens.clone());
            }
            syn::Meta::NameValue(pair) => self.visit_expr(&pair.value),
        }
    }
}
