//! One run of the binary.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;

/// A run that is about to begin.
pub(crate) struct Process {
    arguments: Vec<String>,
    input: Vec<u8>,
    piece: usize,
}

/// A run that is over.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) err: String,
}

/// The binary with these arguments, nothing on standard input.
pub(crate) fn cloakroom(arguments: &[&str]) -> Process {
    let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
    Process { arguments, input: Vec::new(), piece: usize::MAX }
}

impl Process {
    /// With this on standard input.
    pub(crate) fn input(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_vec();
        self
    }

    /// Which comes a byte at a time.
    pub(crate) fn byte_by_byte(mut self) -> Self {
        self.piece = 1;
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Done {
        let mut child = self.start();
        let stdin = child.stdin.take().expect("a pipe");
        let feeding = thread::spawn(move || self.feed(stdin));
        let output = child.wait_with_output().expect("it runs");
        feeding.join().expect("fed");
        Done::of(output.status.code(), output.stdout, output.stderr)
    }

    /// Runs it to its end while nobody reads what it writes.
    pub(crate) fn unread(self) -> Done {
        let mut child = self.start();
        drop(child.stdout.take());
        let stdin = child.stdin.take().expect("a pipe");
        self.feed(stdin);
        let output = child.wait_with_output().expect("it runs");
        Done::of(output.status.code(), output.stdout, output.stderr)
    }

    fn start(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_cloakroom"))
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("it starts: {error}"))
    }

    /// Until it has read enough.
    fn feed(&self, mut stdin: ChildStdin) {
        for piece in self.input.chunks(self.piece) {
            if stdin.write_all(piece).is_err() {
                return;
            }
        }
    }
}

impl Done {
    fn of(code: Option<i32>, out: Vec<u8>, err: Vec<u8>) -> Self {
        Self {
            code: code.expect("it ends by itself"),
            out: String::from_utf8_lossy(&out).into_owned(),
            bytes: out,
            err: String::from_utf8(err).expect("messages are text"),
        }
    }

    /// It went well.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }

    /// It went well and wrote this.
    #[track_caller]
    pub(crate) fn gives(&self, expected: &str) {
        assert_eq!(self.succeeded().out, expected);
    }
}
