//! The sidecar: may it do only what it has to, and do all parts speak of the same ports, files
//! and users?

use crate::settings::Deployed;
use crate::{read, tool, yaml};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const BASE: &str = "deploy/kubernetes/base";
const OVERLAY: &str = "deploy/kubernetes/overlays/example";

#[test]
fn the_base_is_sound() {
    let deployment = one(&format!("{BASE}/deployment.yaml"));
    let policy = one(&format!("{BASE}/networkpolicy.yaml"));
    check(&deployment, &policy, &Deployed::load(&format!("{BASE}/cloakroom.toml")));
}

/// Two replicas with secrets of their own would give one visitor two pseudonyms.
#[test]
fn replicas_share_their_secrets() {
    let replicas = &one(&format!("{OVERLAY}/kustomization.yaml"))["replicas"][0]["count"];
    assert!(replicas.as_u64().expect("a number") > 1);
    assert_eq!(Deployed::load(&format!("{OVERLAY}/cloakroom.toml")).state(), None);
    assert_eq!(one(&format!("{BASE}/deployment.yaml"))["spec"]["replicas"], 1);
    assert!(Deployed::load(&format!("{BASE}/cloakroom.toml")).state().is_some());
}

#[test]
fn what_a_kustomization_names_is_there() {
    let mut met = 0;
    for folder in [BASE, OVERLAY] {
        let text = one(&format!("{folder}/kustomization.yaml"));
        let generated = text["configMapGenerator"].as_array().into_iter().flatten();
        let files = generated.flat_map(|map| map["files"].as_array().into_iter().flatten());
        let resources = text["resources"].as_array().into_iter().flatten();
        let patches = text["patches"].as_array().into_iter().flatten().map(|patch| &patch["path"]);
        for name in files.chain(resources).chain(patches) {
            let path = Path::new(folder).join(self::text(name));
            assert!(path.exists(), "{}", path.display());
            met += 1;
        }
    }
    assert!(met >= 9, "met {met}");
}

#[test]
fn the_example_is_built_from_the_base() {
    let place = tempfile::tempdir().expect("a directory");
    let root = place.path().join("kubernetes");
    copy(Path::new("deploy/kubernetes"), &root);
    let overlay = root.join("overlays/example");
    for name in ["tls.pem", "tls.key", "hash.key", "master.key"] {
        fs::write(overlay.join("secrets").join(name), name).expect("can be written");
    }
    let path = overlay.to_str().expect("text");
    let Some(built) = tool::run("kubectl", &["kustomize", path], place.path()) else { return };
    let built = yaml(&built);
    let find = |kind: &str, name: &str| {
        let is_it = |document: &&Value| {
            document["kind"] == kind && text(&document["metadata"]["name"]).starts_with(name)
        };
        built.iter().find(is_it).unwrap_or_else(|| panic!("no {kind} {name}"))
    };
    let deployment = find("Deployment", "chat");
    let deployed = Deployed::load(&format!("{OVERLAY}/cloakroom.toml"));
    check(deployment, find("NetworkPolicy", "chat"), &deployed);
    assert_eq!(deployment["spec"]["replicas"], 2);
    let spec = &deployment["spec"]["template"]["spec"];
    assert_eq!(spec["initContainers"][0]["image"], "registry.example.org/cloakroom:0.1.0");
    // What is generated has a name of its own, and the volumes ask for that one.
    let map = find("ConfigMap", "cloakroom");
    assert_eq!(map["data"]["cloakroom.toml"], read(&format!("{OVERLAY}/cloakroom.toml")));
    assert_eq!(volume(spec, "config")["configMap"]["name"], map["metadata"]["name"]);
    let keys = find("Secret", "cloakroom-keys");
    assert_eq!(volume(spec, "keys")["secret"]["secretName"], keys["metadata"]["name"]);
    // But a renewed certificate comes under the same name, so that no pod goes for it.
    let tls = find("Secret", "cloakroom-tls");
    assert_eq!(tls["metadata"]["name"], "cloakroom-tls");
    assert_eq!(tls["type"], "kubernetes.io/tls");
    assert_eq!(volume(spec, "tls")["secret"]["secretName"], "cloakroom-tls");
    let metrics = find("NetworkPolicy", "chat-metrics");
    assert_eq!(metrics["spec"]["ingress"][0]["ports"][0]["port"], deployed.admin.port());
}

#[track_caller]
fn check(deployment: &Value, policy: &Value, deployed: &Deployed) {
    let spec = &deployment["spec"]["template"]["spec"];
    let sidecar = &spec["initContainers"][0];
    assert_eq!(sidecar["name"], "cloakroom");
    assert_eq!(sidecar["restartPolicy"], "Always", "else the pod waits for its end");
    assert_eq!(spec["automountServiceAccountToken"], false);
    assert_eq!(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(
        spec["securityContext"]["fsGroup"],
        Value::Null,
        "it would open the period's secret to a group, and then nothing starts again"
    );
    assert_eq!(
        sidecar["securityContext"],
        json!({
            "runAsNonRoot": true,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "readOnlyRootFilesystem": true,
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
        })
    );
    assert_eq!(ports_of(sidecar, "https"), deployed.ports());
    assert_eq!(ports_of(sidecar, "admin"), [deployed.admin.port()]);
    assert!(!deployed.admin.ip().is_loopback(), "probes come from the node");
    // The backend starts once the sidecar has: a start that waits for the backend never ends.
    for (probe, path) in
        [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")]
    {
        assert_eq!(sidecar[probe]["httpGet"], json!({ "path": path, "port": "admin" }), "{probe}");
    }
    let rules = policy["spec"]["ingress"].as_array().expect("a list").iter();
    let ports = rules.flat_map(|rule| rule["ports"].as_array().expect("all ports are let in"));
    assert_eq!(ports.map(|port| port_number(&port["port"])).collect::<Vec<_>>(), deployed.ports());
    let chosen = &policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"];
    assert_eq!(chosen, "chat", "it holds for no other pod");
    let variables = json!([
        { "name": "BIND", "value": "127.0.0.1" },
        { "name": "PORT", "value": deployed.backend().to_string() },
    ]);
    assert_eq!(spec["containers"][0]["env"], variables);
    check_mounts(spec, sidecar, deployed);

    // What connections may take, at most, with compression; docs/operations.md has the figure.
    let connections = deployed.settings.limits.connections * 32_000;
    let memory = text(&sidecar["resources"]["limits"]["memory"]);
    let memory: usize = memory.strip_suffix("Mi").expect("Mi").parse().expect("a number");
    assert!(connections < (memory << 20) * 2 / 3, "{connections} bytes for connections alone");
}

/// Each file that the configuration names lies in a volume that is mounted.
#[track_caller]
fn check_mounts(spec: &Value, sidecar: &Value, deployed: &Deployed) {
    let mounts = sidecar["volumeMounts"].as_array().expect("a list");
    let config = Path::new(text(&sidecar["args"][2])).to_owned();
    for file in deployed.files().into_iter().chain(deployed.state()).chain([config]) {
        let mount = mounts
            .iter()
            .find(|mount| file.starts_with(text(&mount["mountPath"])))
            .unwrap_or_else(|| panic!("{} is not mounted", file.display()));
        volume(spec, text(&mount["name"]));
    }
}

/// The volume of this name.
#[track_caller]
fn volume<'a>(spec: &'a Value, name: &str) -> &'a Value {
    let mut volumes = spec["volumes"].as_array().expect("a list").iter();
    volumes.find(|volume| volume["name"] == name).unwrap_or_else(|| panic!("no volume {name}"))
}

/// The ports of this name.
fn ports_of(container: &Value, name: &str) -> Vec<u16> {
    let ports = container["ports"].as_array().expect("a list").iter();
    let named = ports.filter(|port| port["name"] == name);
    named.map(|port| port_number(&port["containerPort"])).collect()
}

fn port_number(value: &Value) -> u16 {
    value.as_u64().and_then(|port| port.try_into().ok()).expect("a port")
}

/// The one document of a file.
#[track_caller]
fn one(file: &str) -> Value {
    let mut documents = yaml(&read(file));
    assert_eq!(documents.len(), 1, "{file}");
    documents.remove(0)
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("can be made");
    for entry in fs::read_dir(from).expect("can be read") {
        let entry = entry.expect("can be read");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("can be copied");
        }
    }
}
