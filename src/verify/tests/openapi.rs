//! The provider's documents as test data: each of their examples parses to the right meaning.
//!
//! They lie outside the repository; where they are missing, the tests say that they were skipped.

use std::{fs, path::Path};

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::{Call, VerifyApi, answering, client, outcome};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vonage/openapi");

fn document(name: &str) -> Option<String> {
    let path = Path::new(FOLDER).join(name);
    if !path.exists() {
        println!("skipped: {} is not there", path.display());
        return None;
    }
    Some(fs::read_to_string(path).unwrap())
}

async fn told(api: VerifyApi, call: Call, status: u16, body: &Value, id: &str) -> String {
    let server = answering(ResponseTemplate::new(status).set_body_json(body)).await;
    outcome(&client(api, &server.uri()), call, id).await
}

#[tokio::test]
async fn each_example_of_v1_has_its_meaning() {
    let Some(text) = document("verify-v1.openapi.json") else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let id = "abcdef0123456789abcdef0123456789";
    let (started, running) = (format!("Started {id}"), format!("AlreadyRunning {id}"));
    let mut count = 0;
    for (path, verb, call) in [
        ("/{format}", "post", Call::Request),
        ("/check/{format}", "post", Call::Check),
        ("/control/{format}", "post", Call::Cancel),
        ("/control/{format}", "post", Call::Next),
        ("/search/{format}", "get", Call::Search),
    ] {
        let content = &document["paths"][path][verb]["responses"]["200"]["content"]["application/json"];
        for (name, example) in content["examples"].as_object().unwrap() {
            let meaning = match (call, name.as_str()) {
                (_, "throttled") => "Throttled",
                (Call::Request, "invalid-param") => "InvalidNumber",
                (_, "missing-param" | "invalid-param") => "Parameter",
                (_, "invalid-creds") => "Credentials",
                (_, "internal-error") => "Fault",
                (Call::Request, "success") => &started,
                (Call::Request, "cannot-process") => "NotRoutable",
                (Call::Request, "blacklist") => "Blocked",
                (Call::Request, "account-disabled") => "Barred",
                (Call::Request, "quota-exceeded") => "Balance",
                (Call::Request, "concurrent") => &running,
                (Call::Request, "rejected") => "NetworkUnsupported",
                (Call::Request, "not-permitted") => "NotApproved",
                (Call::Check, "success") => "Right",
                (Call::Check, "unknown-requestid") => "Gone",
                (Call::Check, "incorrect-code") => "Wrong",
                (Call::Check, "too-many-fails") => "TooMany",
                (Call::Cancel, "success-cancel") => "Done",
                (Call::Next, "success-trigger") => "Sent",
                // The other command's.
                (Call::Cancel, "success-trigger") | (Call::Next, "success-cancel") => "Unexpected",
                (Call::Cancel, "cancel-early") => "TooEarly",
                (Call::Cancel, "cancel-late") => "TooLate",
                (Call::Cancel, "trigger-end") => "Refused",
                (Call::Next, "cancel-early" | "cancel-late" | "trigger-end") => "NoneLeft",
                (Call::Search, "success") => "Success",
                (Call::Search, "not-found") => "Unknown",
                _ => panic!("{path} has an example that no test knows: {name}"),
            };
            assert_eq!(told(VerifyApi::V1, call, 200, &example["value"], id).await, meaning, "{path} {name}");
            count += 1;
        }
    }
    assert_eq!(count, 49);
}

#[tokio::test]
async fn each_example_of_v2_has_its_meaning() {
    let Some(text) = document("verify-v2.openapi.yml") else { return };
    let document: Value = serde_saphyr::from_str(&text).unwrap();
    let schemas = &document["components"]["schemas"];
    let success = &schemas["CodeSubmitSuccess"]["properties"];
    let (new, checked) = (&schemas["RequestId"]["example"], &success["request_id"]["example"]);
    let started = format!("Started {}", new.as_str().unwrap());
    let mut count = 0;
    for (path, verb, call) in [
        ("/", "post", Call::Request),
        ("/{request_id}", "post", Call::Check),
        ("/{request_id}", "delete", Call::Cancel),
        ("/{request_id}/next_workflow", "post", Call::Next),
    ] {
        for (status, response) in document["paths"][path][verb]["responses"].as_object().unwrap() {
            let meaning = match (call, status.as_str()) {
                (Call::Request, "202") => &started,
                (Call::Request, "409") => "AlreadyRunning",
                (Call::Request, "412") => "SilentAuth",
                (Call::Request, "422") => "Parameter",
                (Call::Check, "200") => "Right",
                (Call::Check, "400") => "Wrong",
                (Call::Check, "409") => "NotYet",
                (Call::Check, "410") => "TooMany",
                (Call::Check | Call::Cancel | Call::Next, "404") => "Gone",
                (Call::Cancel, "204") => "Done",
                (Call::Next, "200") => "Sent",
                (Call::Next, "409") => "TryLater",
                (_, "401") => "Credentials",
                (_, "402") => "Balance",
                (_, "429") => "Throttled",
                (_, "500") => "Fault",
                _ => panic!("{verb} {path} has a status that no test knows: {status}"),
            };
            let bodies = match status.as_str() {
                "202" => vec![json!({"request_id": new})],
                "200" => vec![json!({"request_id": checked, "status": success["status"]["example"]})],
                _ => examples(&document, response),
            };
            for body in bodies {
                let id = checked.as_str().unwrap();
                let told = told(VerifyApi::V2, call, status.parse().unwrap(), &body, id).await;
                assert_eq!(told, meaning, "{verb} {path} {status}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 32);
}

/// The bodies of a response, by way of its reference; an empty problem where it shows none.
fn examples(document: &Value, response: &Value) -> Vec<Value> {
    let reference = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    let response = reference.map_or(response, |pointer| document.pointer(pointer).unwrap());
    let content = &response["content"]["application/problem+json"];
    match (&content["example"], &content["examples"]) {
        (Value::Object(_), _) => vec![content["example"].clone()],
        (_, Value::Object(named)) => named.values().map(|example| example["value"].clone()).collect(),
        _ => vec![json!({})],
    }
}
