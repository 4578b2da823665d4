//! The path that our pages live below, where another app has the root.

use axum::{
    http::{HeaderValue, header::LOCATION},
    response::Response,
};

/// Empty where the pages are at the root; else it begins with a slash and does not end with one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mount(String);

/// Why a path is none that pages could live below. `Display` is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Builder::mount({path:?}): {why}; give a path such as \"/login\"")]
pub struct MountError {
    path: String,
    why: &'static str,
}

impl Mount {
    /// Reads `/login` or `/my/login`; `/` is the root.
    pub(crate) fn parse(path: &str) -> Result<Self, MountError> {
        let wrong = |why| Err(MountError { path: path.to_owned(), why });
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        match path {
            "/" => return Ok(Self::default()),
            _ if !path.starts_with('/') => return wrong("it has to begin with a slash"),
            _ if path.ends_with('/') => return wrong("it has to end without a slash"),
            _ => {}
        }
        for part in path.split('/').skip(1) {
            match part {
                "" => return wrong("it has two slashes in a row"),
                "." | ".." => return wrong("it has a part that means another folder"),
                _ if part.contains('%') => return wrong("it is escaped, and has to be plain"),
                _ if part.contains(['?', '#']) => return wrong("it has more in it than a path"),
                _ if !part.chars().all(plain) => {
                    return wrong("it may hold letters, digits, `-`, `_`, `.` and `~` between its slashes");
                }
                _ => {}
            }
        }
        Ok(Self(path.to_owned()))
    }

    /// The path at which one of our pages is found, given by its path at the root: `/login/verify` for `/verify`.
    pub(crate) fn path(&self, page: &str) -> String {
        match page.strip_prefix('/') {
            Some(rest) if !self.is_root() && (rest.is_empty() || rest.starts_with('?')) => {
                format!("{}{rest}", self.0)
            }
            _ => format!("{}{page}", self.0),
        }
    }

    /// Pages lead to each other by their paths at the root: here those become what they are below the mount.
    pub(crate) fn relocate(&self, mut response: Response) -> Response {
        let location = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        if let Some(page) = location.filter(|to| !self.is_root() && to.starts_with('/'))
            && let Ok(location) = HeaderValue::try_from(self.path(page))
        {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }

    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path, with its query or without, is one of ours.
    pub(crate) fn holds(&self, uri: &str) -> bool {
        uri.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }
}

#[cfg(test)]
mod tests {
    use axum::response::{IntoResponse, Redirect};

    use super::*;

    #[test]
    fn a_mount_is_a_plain_path_and_all_else_is_refused_with_a_sentence() {
        for path in ["/login", "/my/login", "/a-b_c.d~e/F1"] {
            assert_eq!(Mount::parse(path).unwrap().path("/verify"), format!("{path}/verify"));
            assert_eq!(Mount::parse(path).unwrap().path("/"), path);
            assert_eq!(Mount::parse(path).unwrap().path("/?a=/"), format!("{path}?a=/"));
        }
        for (path, why) in [
            ("", "begin with a slash"),
            ("login", "begin with a slash"),
            ("https://example.com/login", "begin with a slash"),
            ("/login/", "end without a slash"),
            ("//", "end without a slash"),
            ("//login", "two slashes"),
            ("/my//login", "two slashes"),
            ("/../login", "another folder"),
            ("/my/./login", "another folder"),
            ("/log%69n", "escaped"),
            ("/login?a=b", "more in it than a path"),
            ("/login#a", "more in it than a path"),
            ("/{login}", "letters"),
            ("/log in", "letters"),
            ("/lög", "letters"),
            ("/log\\in", "letters"),
        ] {
            let error = Mount::parse(path).unwrap_err().to_string();
            assert!(
                error.contains(why) && error.starts_with(&format!("Builder::mount({path:?})")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_redirect_to_a_page_leads_below_the_mount_and_one_to_a_site_stays() {
        let mount = Mount::parse("/login").unwrap();
        for (to, leads_to) in [
            ("/", "/login"),
            ("/?return_to=a", "/login?return_to=a"),
            ("/verify", "/login/verify"),
            ("https://example.com/verify", "https://example.com/verify"),
        ] {
            let response = mount.relocate(Redirect::to(to).into_response());
            assert_eq!(response.headers()[LOCATION], leads_to);
        }
    }

    #[test]
    fn at_the_root_every_path_is_as_it_is_and_ours() {
        for root in [Mount::default(), Mount::parse("/").unwrap()] {
            assert_eq!((root.path("/"), root.path("/verify")), ("/".to_owned(), "/verify".to_owned()));
            assert!(root.holds("/") && root.holds("/verify?a"));
        }
    }

    #[test]
    fn what_lies_below_is_ours_and_what_only_begins_alike_is_not() {
        let mount = Mount::parse("/login").unwrap();
        assert!(["/login", "/login/", "/login?a", "/login/verify"].iter().all(|path| mount.holds(path)));
        assert!(!["/", "/loginfo", "/x/login", ""].iter().any(|path| mount.holds(path)));
    }
}
