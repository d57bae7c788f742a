//! What [`App`](super::App) does over several steps: open, save, copy, certify, hand
//! to an agent, visit a server.

mod agents;
mod certificate;
mod coming_back;
mod copy;
mod doctor;
mod dropped;
mod folders;
mod key_places;
mod lists;
mod log_in;
mod my_keys;
mod open;
mod overwrite;
mod picking;
mod save;
mod saving_place;
mod servers;
mod suggesting;
