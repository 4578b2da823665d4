//! Why a Postgres cannot be used, as an operator reads it.

use std::process::{Command, Output};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::spawn_blocking,
};

/// A server that turns everyone away with one error of Postgres; its port.
async fn refusing(code: &'static str, message: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut head = [0; 8];
            client.read_exact(&mut head).await.unwrap();
            let asks_for_tls = head[4..] == 80_877_103_u32.to_be_bytes();
            if asks_for_tls {
                client.write_all(b"N").await.unwrap();
                if client.read_exact(&mut head).await.is_err() {
                    continue;
                }
            }
            let mut rest = vec![0; u32::from_be_bytes(head[..4].try_into().unwrap()) as usize - 8];
            client.read_exact(&mut rest).await.unwrap();
            let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0\0");
            let mut answer = vec![b'E'];
            answer.extend(u32::try_from(fields.len() + 4).unwrap().to_be_bytes());
            answer.extend(fields.as_bytes());
            client.write_all(&answer).await.unwrap();
        }
    });
    port
}

/// A command of the program, which does not wait.
async fn guard(url: String) -> Output {
    let run = move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_phonegate"));
        command
            .env_clear()
            .current_dir(std::env::temp_dir())
            .env("STORE_URL", url)
            .arg("guard")
            .output()
            .unwrap()
    };
    spawn_blocking(run).await.unwrap()
}

async fn says(url: String, code: i32, expected: &str) {
    let output = guard(url).await;
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with(&format!("phonegate: STORE_URL: {expected}")), "{expected:?} in {error}");
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(!error.contains("pw9") && error.trim_end().lines().count() == 1, "{error}");
}

#[tokio::test]
async fn what_a_server_says_is_told_in_words_that_name_the_part_that_is_wrong() {
    for (code, message, exit, expected) in [
        (
            "28P01",
            "password authentication failed for user \"me\"",
            2,
            "wrong password for user me at 127.0.0.1:PORT; ",
        ),
        ("28000", "no pg_hba.conf entry", 2, "127.0.0.1:PORT does not let user me in: no pg_hba.conf entry"),
        ("3D000", "database \"gate\" does not exist", 2, "there is no database gate at 127.0.0.1:PORT"),
        ("42501", "permission denied", 2, "user me may not write in gate: permission denied"),
        ("XX000", "odd", 2, "127.0.0.1:PORT refused: odd"),
        (
            "57P03",
            "the database system is starting up",
            1,
            "127.0.0.1:PORT takes nobody in now: the database",
        ),
        ("25006", "read-only transaction", 2, "user me may not write in gate: the server takes no writes: "),
        (
            "53100",
            "could not extend file",
            1,
            "127.0.0.1:PORT takes nobody in now: the disk of the server is full",
        ),
        ("53300", "too many connections", 1, "127.0.0.1:PORT takes nobody in now: too many connections"),
    ] {
        let port = refusing(code, message).await;
        let expected = expected.replace("PORT", &port.to_string());
        says(format!("postgres://me:pw9@127.0.0.1:{port}/gate"), exit, &expected).await;
    }
    let port = refusing("28P01", "password authentication failed").await;
    let wrong = guard(format!("postgres://me:pw9@127.0.0.1:{port}/gate")).await;
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("write @ as %40"));

    let url = format!("postgres://me:pw9@127.0.0.1:{port}/gate?sslmode=require");
    says(url, 2, &format!("no TLS with 127.0.0.1:{port}: ")).await;
}

#[tokio::test]
async fn a_server_that_hangs_is_waited_for_and_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut taken = Vec::new();
    let url = format!("postgres://me:pw9@127.0.0.1:{port}/gate");
    let said = says(url, 1, "no answer from 127.0.0.1:");
    tokio::pin!(said);
    loop {
        tokio::select! {
            () = &mut said => return,
            // It lets everybody in, and says nothing.
            client = listener.accept() => taken.push(client.unwrap()),
        }
    }
}

#[tokio::test]
async fn of_several_hosts_each_is_tried_and_all_are_named() {
    says(
        "postgres://me:pw9@127.0.0.1:9,127.0.0.1:8/gate".to_owned(),
        1,
        "nothing listens at 127.0.0.1:9,127.0.0.1:8: ",
    )
    .await;
    let port = refusing("28P01", "password authentication failed").await;
    let url = format!("postgres://me:pw9@127.0.0.1:{port},127.0.0.1:{port}/gate");
    says(url, 2, &format!("wrong password for user me at 127.0.0.1:{port},127.0.0.1:{port}; ")).await;
}

#[tokio::test]
async fn what_is_said_of_tls_and_cannot_be_is_a_mistake() {
    for (parameters, expected) in [
        ("sslmode=prefer", "cannot be used: sslmode=prefer: give verify-full, or disable"),
        (
            "sslmode=verify-full&sslrootcert=/no/such",
            "cannot be used: sslrootcert: /no/such cannot be used: ",
        ),
        ("colour=red", "cannot be used: unknown option `colour`"),
    ] {
        says(format!("postgres://me:pw9@127.0.0.1:9/gate?{parameters}"), 2, expected).await;
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    says("postgres://me:pw9@127.0.0.1:9/gate".to_owned(), 1, "nothing listens at 127.0.0.1:9: ").await;
    says(
        "postgres://me:pw9@no.such.host.invalid/gate".to_owned(),
        1,
        "the host no.such.host.invalid is not found: ",
    )
    .await;
    says("postgres://me:pw9@%2Fno%2Fsuch/gate".to_owned(), 1, "nothing listens at /no/such: ").await;
    says(
        "postgres://localhost/gate?host=/no/such&user=me&password=pw9".to_owned(),
        1,
        "nothing listens at /no/such: ",
    )
    .await;
    says("postgres://me:p@w9/pw9@host/gate".to_owned(), 2, "a sign in it ends the host too early; ").await;
}
