//! A picture of the window without a screen: the triangles that egui hands to a graphics card, filled by hand. That is all a
//! software renderer has to do here, and costs no driver, no build and half a second a picture.

use egui::epaint::{Primitive, Vertex};
use egui::{Color32, ColorImage, Pos2, Rect, Shape};
use egui_kittest::Harness;
use keywright::gui::Window;

/// What is seen.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pixels: Vec<[u8; 3]>,
}

/// A piece of text, and what of it is in sight.
pub(crate) struct Text {
    pub(crate) words: String,
    pub(crate) place: Rect,
}

impl Picture {
    /// Draws the last frame.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a window is a few thousand pixels wide"
    )]
    pub(crate) fn of(window: &Harness<'_, Window>) -> Self {
        let output = window.output();
        let scale = output.pixels_per_point;
        let size = window.ctx.content_rect().size() * scale;
        let (width, height) = (size.x as usize, size.y as usize);
        let mut canvas = vec![[0.0; 3]; width * height];
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method itself is not general enough in its lifetimes"
        )]
        let font = window.ctx.fonts(|fonts| fonts.image());
        for primitive in window.ctx.tessellate(output.shapes.clone(), scale) {
            let Primitive::Mesh(mesh) = &primitive.primitive else {
                continue;
            };
            let clip = primitive.clip_rect * scale;
            let (left, right) = (clip.left().round().max(0.0), clip.right().round().min(size.x));
            let (top, bottom) = (clip.top().round().max(0.0), clip.bottom().round().min(size.y));
            let clip = Rect::from_min_max(Pos2::new(left, top), Pos2::new(right, bottom));
            for corners in mesh.indices.chunks_exact(3) {
                let corners = [0, 1, 2].map(|corner| mesh.vertices[corners[corner] as usize]);
                fill(&mut canvas, width, &font, corners, (clip, scale));
            }
        }
        let pixels = canvas
            .into_iter()
            .map(|pixel| pixel.map(|part: f32| part.round() as u8));
        Self {
            width,
            height,
            pixels: pixels.collect(),
        }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }

    /// Half as wide and as high.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let middle = |x: usize, y: usize, part: usize| {
            let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
            let sum: u16 = four
                .map(|(right, down)| u16::from(self.at(2 * x + right, 2 * y + down)[part]))
                .iter()
                .sum();
            u8::try_from(sum / 4).expect("a byte")
        };
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pixels = places.map(|(x, y)| [0, 1, 2].map(|part| middle(x, y, part)));
        Self {
            width,
            height,
            pixels: pixels.collect(),
        }
    }

    pub(crate) fn to_png(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let side = |side: usize| u32::try_from(side).expect("a window");
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().expect("into memory");
        writer
            .write_image_data(self.pixels.as_flattened())
            .expect("into memory");
        writer.finish().expect("into memory");
        bytes
    }

    pub(crate) fn from_png(bytes: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("it is small")];
        let info = reader.next_frame(&mut pixels).expect("a whole picture");
        assert_eq!(
            (info.color_type, info.bit_depth),
            (png::ColorType::Rgb, png::BitDepth::Eight)
        );
        let (triples, _) = pixels.as_chunks();
        Self {
            width: info.width as usize,
            height: info.height as usize,
            pixels: triples.to_vec(),
        }
    }
}

/// Lays one triangle over what is there.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a window is a few thousand pixels wide, and an edge is exactly where it is or not"
)]
fn fill(
    canvas: &mut [[f32; 3]],
    width: usize,
    font: &ColorImage,
    mut corners: [Vertex; 3],
    (clip, scale): (Rect, f32),
) {
    let area = |a: Pos2, b: Pos2, c: Pos2| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    for corner in &mut corners {
        corner.pos = (corner.pos.to_vec2() * scale).to_pos2();
    }
    if area(corners[0].pos, corners[1].pos, corners[2].pos) < 0.0 {
        corners.swap(1, 2);
    }
    let [a, b, c] = corners.map(|corner| corner.pos);
    let whole = area(a, b, c);
    if whole <= 0.0 {
        return;
    }
    // A pixel on the edge between two triangles belongs to one of them.
    let edges = [(b, c), (c, a), (a, b)];
    let is_ours = edges.map(|(from, to)| to.y < from.y || (to.y == from.y && to.x > from.x));
    let least = |parts: [f32; 3]| parts.into_iter().fold(f32::INFINITY, f32::min);
    let most = |parts: [f32; 3]| parts.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let rows = least([a.y, b.y, c.y]).max(clip.top()).floor() as usize
        ..most([a.y, b.y, c.y]).min(clip.bottom()).ceil().max(0.0) as usize;
    let columns = least([a.x, b.x, c.x]).max(clip.left()).floor() as usize
        ..most([a.x, b.x, c.x]).min(clip.right()).ceil().max(0.0) as usize;
    for y in rows {
        for x in columns.clone() {
            let here = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
            if !clip.contains(here) {
                continue;
            }
            let shares = edges.map(|(from, to)| area(from, to, here));
            let is_inside = |(share, is_ours): (f32, bool)| share > 0.0 || (share == 0.0 && is_ours);
            if !shares.into_iter().zip(is_ours).all(is_inside) {
                continue;
            }
            let mixed = |part: fn(&Vertex) -> f32| -> f32 {
                let parts = corners.iter().zip(shares);
                parts.map(|(corner, share)| part(corner) * share).sum::<f32>() / whole
            };
            let texel = texel(font, mixed(|corner| corner.uv.x), mixed(|corner| corner.uv.y));
            // Colours have their opacity in them already.
            let color = [
                mixed(|corner| f32::from(corner.color.r())),
                mixed(|corner| f32::from(corner.color.g())),
                mixed(|corner| f32::from(corner.color.b())),
            ];
            let opacity = mixed(|corner| f32::from(corner.color.a())) * f32::from(texel.a()) / 65025.0;
            let texel = [texel.r(), texel.g(), texel.b()].map(|part| f32::from(part) / 255.0);
            let pixel = &mut canvas[y * width + x];
            for part in 0..3 {
                pixel[part] = (color[part] * texel[part] + pixel[part] * (1.0 - opacity)).min(255.0);
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an atlas is a few thousand pixels wide"
)]
fn texel(font: &ColorImage, u: f32, v: f32) -> Color32 {
    let [width, height] = font.size;
    let place = |share: f32, side: usize| ((share * side as f32) as usize).min(side - 1);
    font.pixels[place(v, height) * width + place(u, width)]
}

/// All text that is wholly in sight; with a dialog open, that of the dialog, for what lies behind is dimmed or hidden.
pub(crate) fn texts(window: &Harness<'_, Window>) -> Vec<Text> {
    let mut texts = Vec::new();
    let whole = window.ctx.content_rect();
    let dims = |shape: &Shape| matches!(shape, Shape::Rect(rect) if rect.rect.contains_rect(whole) && !rect.fill.is_opaque());
    let shapes = &window.output().shapes;
    let behind = shapes.iter().rposition(|clipped| dims(&clipped.shape));
    for clipped in &shapes[behind.unwrap_or_default()..] {
        collect(&clipped.shape, clipped.clip_rect, &mut texts);
    }
    texts
}

fn collect(shape: &Shape, clip: Rect, texts: &mut Vec<Text>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, texts)),
        Shape::Text(text) => {
            let place = text.galley.mesh_bounds.translate(text.pos.to_vec2());
            if place.is_positive() && clip.contains_rect(place) {
                texts.push(Text {
                    words: text.galley.text().to_owned(),
                    place,
                });
            }
        }
        _ => {}
    }
}
