//! nginx and Caddy as Debian has them, with the files of `deploy/`: only ports and paths are changed.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use phonegate_testing::driver::free_port;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Nginx,
    Caddy,
}

/// Ends when it is dropped.
pub(crate) struct Proxy {
    process: Child,
    /// Where it takes TLS.
    pub(crate) address: SocketAddr,
    folder: TempDir,
}

/// What of the files of `deploy/` is otherwise, as an operator may have it: a text, and what stands in its place.
pub(crate) type Changes<'a> = &'a [(&'a str, &'a str)];

impl Proxy {
    pub(crate) fn start(kind: Kind, phonegate: SocketAddr, site: SocketAddr, changes: Changes<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        make_certificate(path);
        let address = free_address();
        for (old, _) in changes {
            assert!(kind.files().iter().any(|text| text.contains(old)), "nothing says {old}");
        }
        let adapt = |text: &str| {
            let text = changes.iter().fold(text.to_owned(), |text, (old, new)| text.replace(old, new));
            text.replace("127.0.0.1:3000", &phonegate.to_string())
                .replace("127.0.0.1:8080", &site.to_string())
                .replace("listen 443 ", &format!("listen {address} "))
                .replace("/etc/nginx", path.to_str().unwrap())
                .replace("/etc/ssl/example.com", path.join("example.com").to_str().unwrap())
        };
        let command = match kind {
            Kind::Nginx => nginx(path, &[SITE, SIGN_IN], adapt),
            Kind::Caddy => caddy(path, address.port(), adapt),
        };
        Self::spawn(command, folder, address)
    }

    /// nginx with the server block that the page on proxies shows, in front of a folder with one page.
    pub(crate) fn demo(block: &str, page: &str, phonegate: SocketAddr, address: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        // Debian's worker is another user, who must be able to read the page.
        let everyone = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(path, everyone).unwrap();
        fs::create_dir(path.join("demo")).unwrap();
        fs::write(path.join("demo/index.html"), page).unwrap();
        let adapt = |text: &str| {
            text.replace("127.0.0.1:3000", &phonegate.to_string())
                .replace("127.0.0.1:8080", &address.to_string())
                .replace("/etc/nginx", path.to_str().unwrap())
                .replace("/srv/demo", path.join("demo").to_str().unwrap())
        };
        let command = nginx(path, &[("conf.d/demo.conf", block)], adapt);
        Self::spawn(command, folder, address)
    }

    fn spawn(mut command: Command, folder: TempDir, address: SocketAddr) -> Self {
        let log = fs::File::create(folder.path().join("log")).unwrap();
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let process = command.spawn().unwrap_or_else(|error| {
            panic!("{command:?} does not start (tests/run installs it): {error}");
        });
        let mut proxy = Self { process, address, folder };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = proxy.process.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(20), "{}", proxy.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        proxy
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Killed, nginx would leave its workers behind.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("the proxy's log:\n{}", self.log());
        }
    }
}

const SITE: (&str, &str) = ("conf.d/site.conf", include_str!("../../deploy/nginx/site.conf"));
const SIGN_IN: (&str, &str) = ("conf.d/sign-in.conf", include_str!("../../deploy/nginx/sign-in.conf"));
const SNIPPETS: [(&str, &str); 3] = [
    ("snippets/phonegate.conf", include_str!("../../deploy/nginx/phonegate.conf")),
    ("snippets/phonegate-ask.conf", include_str!("../../deploy/nginx/phonegate-ask.conf")),
    ("snippets/phonegate-headers.conf", include_str!("../../deploy/nginx/phonegate-headers.conf")),
];
const CADDYFILE: &str = include_str!("../../deploy/Caddyfile");

impl Kind {
    fn files(self) -> Vec<&'static str> {
        match self {
            Self::Nginx => [SITE, SIGN_IN].iter().chain(&SNIPPETS).map(|(_, text)| *text).collect(),
            Self::Caddy => vec![CADDYFILE],
        }
    }
}

pub(crate) fn free_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, free_port()).into()
}

fn nginx(folder: &Path, sites: &[(&str, &str)], adapt: impl Fn(&str) -> String) -> Command {
    const MAIN: &str = "daemon off; worker_processes 1; pid FOLDER/pid; error_log stderr;\n\
        events { worker_connections 256; }\n\
        http { access_log off; client_body_temp_path FOLDER/body; proxy_temp_path FOLDER/proxy;\n\
        fastcgi_temp_path FOLDER/fastcgi; uwsgi_temp_path FOLDER/uwsgi; scgi_temp_path FOLDER/scgi;\n\
        include FOLDER/conf.d/*.conf; }\n";
    let main = MAIN.replace("FOLDER", folder.to_str().unwrap());
    for (name, text) in sites.iter().chain(&SNIPPETS).chain(&[("nginx.conf", main.as_str())]) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, adapt(text)).unwrap();
    }
    let mut command = Command::new("nginx");
    command.args(["-e", "stderr", "-c"]).arg(folder.join("nginx.conf")).arg("-p").arg(folder);
    // Debian keeps it where not everyone looks.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::env::split_paths(&path).chain(["/usr/sbin".into()])).unwrap();
    command.env("PATH", path);
    command
}

fn caddy(folder: &Path, port: u16, adapt: impl Fn(&str) -> String) -> Command {
    let tls = format!("\ttls {0}/example.com.pem {0}/example.com.key\n", folder.display());
    let options = format!(
        "{{\n\tadmin off\n\tauto_https disable_redirects\n\thttps_port {port}\n\tdefault_bind 127.0.0.1\n}}\n"
    );
    let sites = adapt(CADDYFILE);
    let sites = sites.replace("example.com {\n", &format!("example.com {{\n{tls}"));
    fs::write(folder.join("Caddyfile"), options + &sites).unwrap();
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.join("Caddyfile"));
    command.envs(["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"].map(|name| (name, folder)));
    command
}

/// Signed by itself, for all names below `example.com`.
fn make_certificate(folder: &Path) {
    let output = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=example.com", "-addext", "subjectAltName=DNS:*.example.com"])
        .args(["-out", "example.com.pem", "-keyout", "example.com.key"])
        .current_dir(folder)
        .output()
        .expect("openssl (tests/run installs it)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
