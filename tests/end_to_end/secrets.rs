//! The secrets of pseudonyms on disk: who may read them, what survives a restart, and what
//! is gone for good.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder};
use crate::harness::visitor;
use ::cloakroom::policy::settings::{Rotation, Secrets};
use ::cloakroom::server::secrets::{Keeper, STATE_FILE};
use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

const ANN: &str = "203.0.113.77";
const BOB: &str = "203.0.113.78";

#[tokio::test]
async fn a_visitor_keeps_its_pseudonym_over_a_restart() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let state = directory.path().join("made/by/the/proxy");
    let shop = backend::start().await;
    let kept = || pseudonyms(&shop, &format!("state = {state:?}"));
    let door = kept().start().await;
    let first = seen(&shop, &door, ANN).await;
    assert_ne!(first, seen(&shop, &door, BOB).await);
    assert_eq!(first, seen(&shop, &door, ANN).await);
    assert_eq!(door.drain().await, 0);
    let door = kept().start().await;
    assert_eq!(first, seen(&shop, &door, ANN).await, "after a restart");
    let mode = |path: &Path| fs::metadata(path).expect("it exists").mode() & 0o777;
    assert_eq!(mode(&state.join(STATE_FILE)), 0o600);
    assert_eq!(mode(&state), 0o700);
    // Without a directory every start begins anew.
    let memory = || pseudonyms(&shop, "");
    let (one, two) = (memory().start().await, memory().start().await);
    let (one, two) = (seen(&shop, &one, ANN).await, seen(&shop, &two, ANN).await);
    assert!(one != two && one != first && two != first);
}

#[tokio::test]
async fn a_reload_keeps_pseudonyms_unless_their_secrets_are_others() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let shop = backend::start().await;
    let mut door = pseudonyms(&shop, "").start().await;
    let first = seen(&shop, &door, ANN).await;
    door.reload(&pseudonyms(&shop, "").toml("[limits]\nbody_bytes = 4")).await;
    assert_eq!(first, seen(&shop, &door, ANN).await);
    door.reload(&pseudonyms(&shop, &format!("state = {:?}", directory.path()))).await;
    assert_ne!(first, seen(&shop, &door, ANN).await);
}

#[tokio::test]
async fn a_failing_reload_leaves_the_secret_on_disk() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let shop = backend::start().await;
    let state = format!("state = {:?}", directory.path());
    let mut door = pseudonyms(&shop, &state).start().await;
    let file = directory.path().join(STATE_FILE);
    let before = fs::read(&file).expect("the state file");
    let first = seen(&shop, &door, ANN).await;
    let bad = pseudonyms(&shop, &format!("{state}\nperiod = \"1h\""));
    let bad = bad.listener("tls.client_ca = \"/nonexistent/ca.pem\"");
    assert!(door.try_reload(&bad).await.is_err());
    assert!(fs::read(&file).expect("the state file") == before);
    assert_eq!(first, seen(&shop, &door, ANN).await);
}

#[tokio::test]
async fn instances_with_one_master_secret_agree() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let master = directory.path().join("master.key");
    let other = directory.path().join("other.key");
    fs::write(&master, (0..32).collect::<Vec<u8>>()).expect("a file");
    fs::write(&other, (1..33).collect::<Vec<u8>>()).expect("a file");
    let shop = backend::start().await;
    let mut all = Vec::new();
    for file in [&master, &master, &other] {
        let door = pseudonyms(&shop, &format!("master_file = {file:?}")).start().await;
        all.push((seen(&shop, &door, ANN).await, seen(&shop, &door, BOB).await));
    }
    assert_eq!(all[0], all[1]);
    assert!(all[0].0 != all[2].0 && all[0].1 != all[2].1);
}

#[test]
fn a_secret_lives_for_one_period_and_is_gone_from_disk() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let keeper = keeper(directory.path(), 60);
    let file = directory.path().join(STATE_FILE);
    let at = |seconds: u64| {
        let (secret, unkept) =
            keeper.secret(keeper.period(Duration::from_secs(seconds))).expect("a secret");
        assert!(unkept.is_none());
        *secret.bytes()
    };
    let first = at(600);
    assert!(at(659) == first, "the same period");
    // The old file stays readable through an open descriptor: it holds nothing any more.
    let mut old = fs::File::open(&file).expect("the state file");
    let second = at(660);
    assert!(second != first, "the next period");
    let mut left = Vec::new();
    old.read_to_end(&mut left).expect("the old file");
    assert!(!left.is_empty() && left.iter().all(|byte| *byte == 0), "overwritten");
    let names: Vec<_> = fs::read_dir(directory.path())
        .expect("the directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names, [STATE_FILE], "no copy is left");
    // A clock that is set back does not bring the old one back.
    let third = at(600);
    assert!(third != first && third != second);
    // A period of another length is another period.
    let other = self::keeper(directory.path(), 61);
    let (fourth, _) = other.secret(other.period(Duration::from_secs(600))).expect("a secret");
    assert!(*fourth.bytes() != third);
}

#[test]
fn a_state_file_that_is_not_ours_alone_is_refused() {
    for mode in [0o604, 0o640, 0o660, 0o602, 0o666, 0o601] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let keeper = keeper(directory.path(), 60);
        let period = keeper.period(Duration::from_secs(600));
        keeper.secret(period).expect("a secret");
        let file = directory.path().join(STATE_FILE);
        let before = fs::read(&file).expect("the state file");
        fs::set_permissions(&file, Permissions::from_mode(mode)).expect("a mode");
        let error = keeper.secret(period).expect_err("refused").to_string();
        assert!(error.contains(STATE_FILE), "{error}");
        assert!(fs::read(&file).expect("the state file") == before, "{mode:o}");
    }
}

#[test]
fn a_damaged_state_file_is_refused_and_a_destroyed_one_is_replaced() {
    for (what, text, good) in [
        ("nothing", Vec::new(), false),
        ("something else", b"hello".to_vec(), false),
        ("zeros, as a crash leaves it while it is destroyed", vec![0; 120], true),
    ] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let keeper = keeper(directory.path(), 60);
        let file = directory.path().join(STATE_FILE);
        fs::write(&file, text).expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("a mode");
        let made = keeper.secret(keeper.period(Duration::from_secs(600)));
        assert_eq!(made.is_ok(), good, "{what}");
    }
}

fn keeper(directory: &Path, seconds: u64) -> Keeper {
    let secrets = Secrets::Random { state: Some(directory.to_owned()) };
    let rotation = Rotation { period: Duration::from_secs(seconds), secrets };
    Keeper::new(&rotation).expect("a keeper")
}

fn pseudonyms(shop: &Backend, rotation: &str) -> Builder {
    let rotation = format!("[address.rotation]\n{rotation}");
    cloakroom::before(shop).record("pseudonym").toml(&rotation)
}

/// What the backend sees of this visitor.
async fn seen(shop: &Backend, door: &cloakroom::Door, address: &str) -> String {
    assert_eq!(visitor::at(address).get(door, "/").await.status(), 200);
    let seen = shop.requests().last().expect("a request").field("x-forwarded-for");
    assert_ne!(seen, "");
    seen
}
