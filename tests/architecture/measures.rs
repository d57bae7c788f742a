//! That colours and measures of the window stand in its one table, `gui/theme`, and nowhere else.

use proc_macro2::{TokenStream, TokenTree};

use crate::arrows::SourceFile;

/// Up to this a number is a share or a factor: twice the margin, a half, a tenth of a square.
const LARGEST_FACTOR: f64 = 2.0;

/// Those that are no colours of anybody's choice.
const NO_COLOURS: &[&str] = &["PLACEHOLDER", "TRANSPARENT"];

/// What is a colour or a measure of its own, a line each.
pub(crate) fn of_its_own(file: &SourceFile) -> Vec<String> {
    let is_of_window = file.name.starts_with("gui/");
    let is_table = file.name == "gui/theme.rs" || file.name.starts_with("gui/theme/");
    if !is_of_window || is_table {
        return Vec::new();
    }
    let syntax = syn::parse_file(&file.text).expect("a source file is Rust");
    let mut found = Vec::new();
    for item in &syntax.items {
        if !is_for_tests(item) {
            read(quote(item), &file.name, &mut found);
        }
    }
    found
}

fn is_for_tests(item: &syn::Item) -> bool {
    let syn::Item::Mod(module) = item else {
        return false;
    };
    module.attrs.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

/// The tokens of an item, with the places where they stand.
fn quote(item: &syn::Item) -> TokenStream {
    use syn::spanned::Spanned as _;

    let text = item.span().source_text().unwrap_or_default();
    text.parse().unwrap_or_default()
}

fn read(tokens: TokenStream, file: &str, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => read(group.stream(), file, found),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let is_float = text.contains('.') && !text.starts_with(['"', '\'', 'b', 'r', 'c']);
                let number = text
                    .trim_end_matches("_f32")
                    .trim_end_matches("f32")
                    .replace('_', "");
                if is_float && number.parse::<f64>().is_ok_and(|number| number > LARGEST_FACTOR) {
                    found.push(format!("src/{file}: the measure {text}"));
                }
            }
            TokenTree::Ident(name) => {
                let member = member_of(&tokens[at..]);
                let (name, member) = (name.to_string(), member.unwrap_or_default());
                let is_colour = name == "Color32" && !NO_COLOURS.contains(&member.as_str());
                let is_colour = is_colour && (member.starts_with("from_") || is_constant(&member));
                let is_frame = ["Margin", "CornerRadius"].contains(&name.as_str());
                let is_frame = is_frame && ["same", "symmetric"].contains(&member.as_str());
                if is_colour || is_frame {
                    found.push(format!("src/{file}: {name}::{member}"));
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// `from_rgb` of `Color32::from_rgb`.
fn member_of(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [
            _,
            TokenTree::Punct(one),
            TokenTree::Punct(two),
            TokenTree::Ident(member),
            ..,
        ] if one.as_char() == ':' && two.as_char() == ':' => Some(member.to_string()),
        _ => None,
    }
}

fn is_constant(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_measures_are_found_and_shares_are_not() {
        let text = "fn draw() { let a = Color32::from_rgb(1, 2, 3); let b = Color32::RED; let c = vec2(8.0, 0.5); \
                    Margin::same(4); CornerRadius::symmetric; let d: Color32 = Color32::PLACEHOLDER; let e = 2.0 * a; \
                    let f = \"9.5\"; } #[cfg(test)] mod tests { const A: f32 = 9.0; }";
        let file = |name: &str| SourceFile {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        let found = of_its_own(&file("gui/pad.rs"));
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(of_its_own(&file("gui/theme/palette.rs")).is_empty());
        assert!(of_its_own(&file("engine/speed.rs")).is_empty());
    }
}
