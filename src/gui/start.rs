//! Opens the window, with another renderer if the first one does not work here.

use std::path::Path;

use eframe::{NativeOptions, Renderer};
use egui::{IconData, ViewportBuilder};

use super::Window;
use super::native_desktop::NativeDesktop;
use crate::app::look::WindowShape;
use crate::app::settings::Kept;
use crate::sys::settings_place;

/// The name by which a desktop finds the icon and the menu entry of this program.
const APP_ID: &str = "dev.keywright.Keywright";
const ICON: &[u8] = include_bytes!("../../assets/icon/keywright-128.png");

/// No window could be opened. What each renderer said is in the log.
#[derive(Debug, thiserror::Error)]
#[error(
    "no window could be opened: there is no display, or nothing that can draw on it (RUST_LOG=warn tells more)"
)]
pub struct StartError;

/// Opens the window and returns when it is closed. `open` is a key file to begin with.
///
/// # Errors
/// There is no display, or nothing that can draw on it.
pub fn run(open: Option<&Path>) -> Result<(), StartError> {
    #[cfg(target_os = "macos")]
    super::double_click::listen();
    for &renderer in RENDERERS {
        let open = open.map(Path::to_owned);
        let kept = Kept::load(settings_place::find());
        let options = NativeOptions {
            viewport: viewport(kept.settings().window),
            renderer,
            centered: true,
            ..NativeOptions::default()
        };
        let create = Box::new(move |cc: &eframe::CreationContext<'_>| {
            let window = Window::new(cc, Box::new(NativeDesktop::new(cc.egui_ctx.clone())), kept, open);
            Ok(Box::new(window) as Box<dyn eframe::App>)
        });
        match eframe::run_native("Keywright", options, create) {
            Ok(()) => return Ok(()),
            Err(error) => log::warn!("{renderer} does not start: {error}"),
        }
    }
    Err(StartError)
}

/// Remote desktops and virtual machines on Windows often have no OpenGL 2, but Direct3D.
#[cfg(any(windows, target_os = "macos"))]
const RENDERERS: &[Renderer] = &[Renderer::Wgpu, Renderer::Glow];
#[cfg(not(any(windows, target_os = "macos")))]
const RENDERERS: &[Renderer] = &[Renderer::Glow];

fn viewport(shape: WindowShape) -> ViewportBuilder {
    let [width, height] = [shape.width, shape.height].map(f32::from);
    let (least_width, least_height) = WindowShape::LEAST;
    let viewport = ViewportBuilder::default()
        .with_title("Keywright")
        .with_app_id(APP_ID)
        .with_inner_size([width, height])
        .with_min_inner_size([least_width, least_height].map(f32::from))
        .with_maximized(shape.is_maximized)
        .with_drag_and_drop(true);
    match eframe::icon_data::from_png_bytes(ICON) {
        Ok(icon) => viewport.with_icon(icon),
        Err(error) => {
            log::warn!("no icon: {error}");
            viewport.with_icon(IconData::default())
        }
    }
}
