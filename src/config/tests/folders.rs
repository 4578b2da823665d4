//! What is kept and what is shown are apart.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use super::{PAIR, Scratch, config, read};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_folder_that_is_shown_holds_nothing_that_is_kept() {
    let folder = Scratch::with(&[
        ("here/list", "+442079460123"),
        ("here/secret", "s3cret"),
        ("here/a/b.css", ""),
        ("apart/c.css", ""),
    ]);
    let here = folder.0.join("here");
    symlink(&here, folder.0.join("link")).unwrap();
    let at = |name: &str| here.join(name).to_str().unwrap().to_owned();
    let kept = [
        ("STORE_URL", format!("sqlite:{}", at("phonegate.db"))),
        ("STORE_URL", format!("sqlite://{}?mode=rwc", at("phonegate.db"))),
        ("STORE_URL", format!("sqlite:{}", at("a/../phonegate.db"))),
        ("STORE_URL", format!("sqlite:{}/link/phonegate.db", text(&folder.0))),
        ("ALLOWED_NUMBERS", at("list")),
        ("VONAGE_SIGNATURE_SECRET_FILE", at("secret")),
    ];
    for shown in ["PUBLIC_DIR", "TEMPLATES_DIR"] {
        for dir in [here.clone(), folder.0.clone(), folder.0.join("link"), folder.0.join("apart/../here")] {
            for (setting, value) in &kept {
                let variables = [PAIR[0], PAIR[1], (shown, text(&dir)), (setting, value)];
                let error = read(&[], &variables).expect_err(setting);
                assert!(error.starts_with(&format!("{shown}: ")) && error.contains(" holds "), "{error}");
                assert!(error.contains(setting), "{error}");
            }
        }
        let apart = folder.0.join("apart");
        for (setting, value) in &kept {
            config(&[], &[PAIR[0], PAIR[1], (shown, text(&apart)), (setting, value)]);
        }
        // Here are `.env` and the store that nobody named.
        for dir in [".", "..", "/"] {
            let error = read(&[], &[(shown, dir)]).expect_err(dir);
            assert!(error.starts_with(&format!("{shown}: {dir:?} holds ")), "{error}");
        }
    }
    let inside = folder.0.join("here/a");
    let error =
        read(&[], &[("PUBLIC_DIR", text(&here)), ("TEMPLATES_DIR", text(&inside))]).expect_err("templates");
    assert!(error.contains("of TEMPLATES_DIR, which nobody shall see"), "{error}");
}

#[test]
fn a_private_key_beside_the_assets_is_refused() {
    let key = crate::verify::tests::application::private_key();
    let folder = Scratch::with(&[("keys/private.key", &key)]);
    let path = folder.0.join("keys/private.key");
    let variables = [("VONAGE_APPLICATION_ID", "0f9c2d5e"), ("VONAGE_PRIVATE_KEY", text(&path))];
    let error =
        read(&[], &[variables[0], variables[1], ("PUBLIC_DIR", text(&folder.0))]).expect_err("the key");
    assert!(error.contains("of VONAGE_PRIVATE_KEY"), "{error}");
}

#[test]
fn a_secret_that_every_user_can_read_is_warned_of() {
    let folder = Scratch::with(&[("open/secret", "s3cret"), ("open/store.db", "")]);
    let secret = folder.0.join("open/secret");
    let store = format!("sqlite:{}", folder.0.join("open/store.db").display());
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let said = || {
        let variables =
            [PAIR[0], PAIR[1], ("VONAGE_SIGNATURE_SECRET_FILE", text(&secret)), ("STORE_URL", &store)];
        config(&[], &variables).warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    mode(&folder.0.join("open"), 0o755);
    mode(&folder.0, 0o755);
    for path in ["open/secret", "open/store.db"] {
        mode(&folder.0.join(path), 0o644);
    }
    let open = said();
    assert_eq!(open.len(), 2, "{open:?}");
    assert!(
        open[0].starts_with("VONAGE_SIGNATURE_SECRET_FILE: every user of this machine can read"),
        "{open:?}"
    );
    assert!(open[1].starts_with("STORE_URL: every user of this machine can read"), "{open:?}");

    mode(&folder.0.join("open"), 0o750);
    assert!(said().is_empty(), "nobody else gets to the files");
    mode(&folder.0.join("open"), 0o755);
    for path in ["open/secret", "open/store.db"] {
        mode(&folder.0.join(path), 0o640);
    }
    assert!(said().is_empty());
}
