//! A certificate is put beside the key, looked at, and taken away again.

use std::path::{Path, PathBuf};

use crate::app::desktop::{Desktop, PickRequest};
use crate::app::dialog::{Dialog, Purpose};
use crate::app::task::Task;
use crate::app::{App, Status};
use crate::engine::job::Job;
use crate::engine::saving::certificate_beside;
use crate::engine::{Problem, certificate_facts, opening};
use crate::format::Certificate;
use crate::sys::home;

impl App {
    pub(in crate::app) fn add_certificate(&mut self, desktop: &dyn Desktop) {
        let Some(document) = self.document().filter(|document| document.takes_certificate()) else {
            return;
        };
        if self.task.is_some() {
            return;
        }
        let beside = document.path.as_deref().and_then(Path::parent);
        let request = PickRequest {
            title: "Load certificate",
            folder: beside.map(Path::to_owned).or_else(home::ssh_folder),
            file_name: String::new(),
        };
        self.pick(Purpose::AddCertificate, desktop.pick_to_open(request));
    }

    pub(in crate::app) fn read_certificate(&mut self, path: PathBuf) {
        let Some(document) = self.document() else { return };
        let key = document.public().clone();
        let their_path = path.clone();
        let job = Job::start("certificate", &self.wake.0, move |_| {
            opening::open_certificate(&their_path, &key)
        });
        self.task = Some(Task::ReadingCertificate { path, job });
    }

    pub(in crate::app) fn certificate_read(&mut self, path: &Path, result: Result<Certificate, Problem>) {
        match (result, self.document_mut()) {
            (Ok(certificate), Some(document)) => {
                document.set_certificate(Some(certificate));
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                self.status = Status::say(format!(
                    "Added the certificate in {name}. Save the key to keep them together."
                ));
            }
            (Ok(_), None) => {}
            (Err(problem), _) => self.fail("The certificate was not added", problem),
        }
    }

    pub(in crate::app) fn remove_certificate(&mut self) {
        let Some(document) = self.document_mut().filter(|document| document.key().is_some()) else {
            return;
        };
        if document.certificate().is_some() {
            document.set_certificate(None);
            let beside = document.path.as_deref().map(certificate_beside);
            let beside = beside.filter(|path| path.exists());
            let name = beside.as_deref().and_then(Path::file_name);
            self.status = Status::say(match name {
                Some(name) => format!(
                    "Removed the certificate here. {} stays, and ssh uses it, until you delete that file.",
                    name.to_string_lossy()
                ),
                None => "Removed the certificate. Save the key to keep it so.".to_owned(),
            });
        }
    }

    pub(in crate::app) fn show_certificate(&mut self) {
        let certificate = self.document().and_then(|document| document.certificate());
        if let Some(facts) = certificate.map(certificate_facts::facts) {
            self.dialog = Some(Dialog::Certificate(facts));
        }
    }

    pub(in crate::app) fn save_certificate(&mut self, desktop: &dyn Desktop) {
        let Some(document) = self
            .document()
            .filter(|document| document.certificate().is_some())
        else {
            return;
        };
        if self.task.is_some() {
            return;
        }
        if let Err(problem) = document.draft.checked_comment() {
            return self.fail("The comment cannot be saved", problem);
        }
        self.dialog = None;
        let request = self.save_request("Save certificate as", Purpose::SaveCertificate);
        self.pick(Purpose::SaveCertificate, desktop.pick_to_save(request));
    }
}
