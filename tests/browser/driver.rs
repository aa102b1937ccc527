//! A browser that does what it is told: Chromium without a window, by WebDriver.
//!
//! Few of the protocol's commands are needed, so it is spoken here: a small JSON request and
//! its answer, each on a connection of its own (W3C WebDriver, section 7). Whatever goes
//! wrong fails the test; what the browser is asked to wait for, it waits for itself.

use serde_json::{Value, json};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A browser with one page, closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: Driver,
    session: String,
}

impl Browser {
    /// A fresh one, without a history; `None` where this machine is said to have none.
    pub(crate) fn start() -> Option<Self> {
        if std::env::var_os("CLOAKROOM_NO_BROWSER").is_some_and(|said| said == "1") {
            // Not `eprintln!`, which is heard only where a test fails.
            writeln!(io::stderr(), "CLOAKROOM_NO_BROWSER=1: left out, nothing is tested").ok();
            return None;
        }
        let driver = Driver::start();
        let arguments = [
            "--headless=new",
            "--disable-gpu",
            // The demo's certificate is signed by nobody.
            "--ignore-certificate-errors",
            // For root, and for containers: it sees pages of this test alone.
            "--no-sandbox",
            "--disable-dev-shm-usage",
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "timeouts": { "script": SCRIPT_TIME.as_millis(), "pageLoad": SCRIPT_TIME.as_millis() },
        }}});
        let made = driver.ask("POST", "/session", &wanted).unwrap_or_else(|why| missing(&why));
        let session = made["sessionId"].as_str().expect("a session has an id").to_owned();
        Some(Self { driver, session })
    }

    /// Opens a page and waits until it is loaded.
    pub(crate) fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// Types a text into the field that this CSS selector names, instead of what stands there.
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.command(&format!("{element}/clear"), &json!({}));
        self.command(&format!("{element}/value"), &json!({ "text": text }));
    }

    /// Clicks on it, as with a mouse: it has to be there to be seen.
    pub(crate) fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.command(&format!("{element}/click"), &json!({}));
    }

    /// Waits until a text that stands there begins like this.
    pub(crate) fn until(&self, selector: &str, beginning: &str) {
        let begun = self.script(
            "const [selector, beginning, time] = arguments;
             const text = () => document.querySelector(selector)?.textContent ?? '';
             const end = Date.now() + Number(time);
             return new Promise((resolve) => {
               const look = () => {
                 if (text().trim().startsWith(beginning)) resolve(true);
                 else if (Date.now() > end) resolve(text());
                 else setTimeout(look, 20);
               };
               look();
             });",
            &[selector, beginning, &PATIENCE.as_millis().to_string()],
        );
        assert_eq!(begun, true, "{selector} was to begin with {beginning:?}");
    }

    /// What a script in the page returns; of a promise, what it comes to.
    pub(crate) fn script(&self, script: &str, arguments: &[&str]) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// The path of an element, by CSS selector.
    fn find(&self, selector: &str) -> String {
        let found = self.command("element", &json!({ "using": "css selector", "value": selector }));
        let id = found[ELEMENT].as_str().expect("an element has an id");
        format!("element/{id}")
    }

    #[track_caller]
    fn command(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{path}", self.session);
        self.driver.ask("POST", &path, body).unwrap_or_else(|why| panic!("{path}: {why}"))
    }
}

/// Time for a script or a page.
const SCRIPT_TIME: Duration = Duration::from_secs(30);

/// Time for what a page is to show: less than a script has, so that it is the page that is
/// found wanting.
const PATIENCE: Duration = Duration::from_secs(20);

/// The name of an element's id in an answer (W3C WebDriver, section 12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver closes the browser. Where it cannot, a test has failed already.
        self.driver.ask("DELETE", &format!("/session/{}", self.session), &Value::Null).ok();
    }
}

/// The program that browsers are driven by, ended when it is dropped.
#[derive(Debug)]
struct Driver {
    process: Child,
    port: u16,
    /// Open as long as it may have something to say.
    _said: BufReader<ChildStdout>,
    /// Where the browser keeps its profile, which it does not always remove.
    _scratch: TempDir,
}

impl Driver {
    fn start() -> Self {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let scratch = TempDir::new().expect("a directory");
        let mut process = Command::new(&program)
            .arg("--port=0")
            .env("TMPDIR", scratch.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| missing(&format!("{program}: {error}")));
        let mut said = BufReader::new(process.stdout.take().expect("a pipe"));
        let port = said.by_ref().lines().map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        match port {
            Some(port) => Self { process, port, _said: said, _scratch: scratch },
            None => missing("chromedriver does not listen"),
        }
    }

    /// One command: the value of its answer, or what is said to be wrong.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.exchange(method, path, &body).map_err(|error| error.to_string())?;
        let mut answer: Value =
            serde_json::from_slice(&answer).map_err(|error| error.to_string())?;
        let value = answer["value"].take();
        match value["error"].as_str() {
            Some(error) => {
                Err(format!("{error}: {}", value["message"].as_str().unwrap_or_default()))
            }
            None => Ok(value),
        }
    }

    /// One request over HTTP/1.1: the body of its answer.
    fn exchange(&self, method: &str, path: &str, body: &str) -> io::Result<Vec<u8>> {
        let mut socket = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        socket.set_read_timeout(Some(2 * SCRIPT_TIME))?;
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len(),
        )?;
        let mut reader = BufReader::new(socket);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(io::Error::other)?;
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut answer = vec![0; length];
        reader.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A browser that is not there is a test that was not made.
fn missing(why: &str) -> ! {
    panic!(
        "no browser to test with ({why}): `apt-get install chromium chromium-driver`, or \
         CLOAKROOM_NO_BROWSER=1 to do without"
    )
}
