//! What browsers ask before a script's request to another origin: by the lines of the page on proxies it reaches the site, and nothing
//! else does.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    demo::between,
    proxy::Kind,
    world::{SITE, World, seen},
};

const GUARDED: &str = "\tforward_auth 127.0.0.1:3000 {";

/// Asked without the visitor's cookies, whatever they are.
fn preflight(world: &World) -> RequestBuilder {
    let request = world.client().request(Method::OPTIONS, format!("{SITE}/api"));
    request.header("origin", "https://other.example.com").header("access-control-request-method", "PUT")
}

async fn only_preflights_pass(world: &World) {
    let forged = preflight(world).header("remote-user", "admin").header("remote_phone", "+12025550199");
    let reached = seen(forged.send().await.unwrap()).await;
    assert_eq!((reached.method.as_str(), reached.uri.as_str()), ("OPTIONS", "/api"));
    // Caddy passes them on, and empty.
    let claims = reached.names().filter(|name| name.replace('_', "-").starts_with("remote-"));
    assert!(claims.flat_map(|name| reached.all(name)).all(str::is_empty), "{reached:?}");

    for method in ["GET", "POST", "PUT", "DELETE", "options", "OPTIONSX"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = world.client().request(method.clone(), format!("{SITE}/api"));
        let request = request.header("access-control-request-method", "PUT");
        let status = request.header("x-http-method-override", "OPTIONS").send().await.unwrap().status();
        assert!(status.is_client_error(), "{method} {status}");
    }
    assert_eq!(world.site.reached(), 1);
}

#[tokio::test]
async fn by_themselves_they_are_turned_away() {
    for kind in [Kind::Nginx, Kind::Caddy] {
        let world = World::behind(kind).await;
        assert_eq!(preflight(&world).send().await.unwrap().status(), 401, "{kind:?}");
    }
}

#[tokio::test]
async fn with_the_pages_line_nginx_lets_them_through() {
    let line = between("in `location = /phonegate-auth` of `phonegate.conf`:\n\n```nginx\n", "```");
    let location = "location = /phonegate-auth {\n";
    only_preflights_pass(&World::changed(Kind::Nginx, &[(location, &format!("{location}{line}"))]).await)
        .await;
}

#[tokio::test]
async fn with_the_pages_lines_caddy_lets_them_through() {
    let lines = between("that begins with `forward_auth`:\n\n```caddy\n", "```");
    only_preflights_pass(&World::changed(Kind::Caddy, &[(GUARDED, lines.trim_end())]).await).await;
}

/// Its documentation: of two rules that match, the longer one comes first.
#[test]
fn the_pages_router_for_traefik_fits_its_set_up() {
    let line = between("Traefik, one more router:\n\n```yaml\n", "```");
    let set_up =
        include_str!("../../deploy/traefik.yml").replace("  routers:\n", &format!("  routers:\n{line}"));
    let set_up: Value = serde_saphyr::from_str(&set_up).unwrap();
    let (routers, middlewares) = (&set_up["http"]["routers"], &set_up["http"]["middlewares"]);

    assert_eq!(routers["preflights"]["service"], routers["app"]["service"]);
    assert_eq!(routers["preflights"]["middlewares"], json!(["no-lookalikes"]));
    let rule = |router: &str| routers[router]["rule"].as_str().unwrap().to_owned();
    assert_eq!(rule("preflights"), format!("{} && Method(`OPTIONS`)", rule("app")));
    let cleared = middlewares["no-lookalikes"]["headers"]["customRequestHeaders"].as_object().unwrap();
    for name in ["Remote-User", "Remote-Phone", "Remote-Verified-At"] {
        assert_eq!(cleared[name], "", "{name}");
    }
}
