"""What did Autobahn find in one run, and is any case worse than against the echo alone?

  report.py REPORTS RUN SECONDS

Exit code: 0, or 1 where a case failed or is missing.
"""

import collections
import json
import re
import sys
from pathlib import Path

GOOD = ("OK", "NON-STRICT", "INFORMATIONAL")
# Informational cases report what is done where either is right.
RANK = {"OK": 0, "INFORMATIONAL": 0, "NON-STRICT": 1}


def main():
    reports, run, seconds = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    cases, missing = read(reports / run)
    baseline, _ = read(reports / "direct")
    counts = collections.Counter(verdict(case) for case in cases.values())
    told = ", ".join(f"{count} {name.lower()}" for name, count in sorted(
        counts.items(), key=lambda item: RANK.get(item[0], 2)))
    print(f"{run}: {len(cases)} cases: {told or 'none'}; {seconds} s")
    for line in missing:
        print(f"  MISSING {line}")
    failed = [name for name in cases if verdict(cases[name]) not in GOOD]
    for name in failed:
        print("  " + account(name, cases[name]))
    if run != "direct":
        compare(cases, baseline)
    return 1 if failed or missing or not cases else 0


def read(directory):
    """The cases of a run by their number, and what was asked for and is not there."""
    cases, missing = {}, []
    for group in sorted(directory.glob("*/")):
        log = (group / "wstest.log").read_text(errors="replace")
        wanted = re.search(r"Ok, will run (\d+) test cases", log)
        try:
            # One agent a run: the only entry.
            found, = json.loads((group / "index.json").read_text()).values()
        except (OSError, ValueError):
            found = {}
        for name, case in found.items():
            case["group"] = group
            cases[name] = case
        if not wanted or not found or len(found) != int(wanted[1]):
            tail = log.strip().splitlines()[-1:] or ["nothing was said"]
            asked = wanted[1] if wanted else "?"
            missing.append(f"{group.name}: {len(found)} of {asked} cases; {tail[0][:160]}")
    order = sorted(cases, key=lambda name: [int(part) for part in name.split(".")])
    return {name: cases[name] for name in order}, missing


def verdict(case):
    """The worse of what became of the messages and of the close."""
    both = (case["behavior"], case["behaviorClose"])
    return max(both, key=lambda one: (RANK.get(one, 2), one != "OK"))


def account(name, case):
    """A failed case on one line: what was done, and what came of it."""
    detail = json.loads((case["group"] / case["reportfile"]).read_text())
    about = " ".join(re.sub(r"<[^>]*>", " ", detail["description"]).split())
    close = case["behaviorClose"]
    return (f"{name} {case['behavior']}, close {close} ({case['remoteCloseCode']}): {about} "
            f"-> {detail['result'] if case['behavior'] not in GOOD else detail['resultClose']}")


def compare(cases, baseline):
    """Says which cases are worse than against the echo alone, and which are better."""
    both = [name for name in cases if name in baseline]
    if not both:
        return
    rank = {name: (RANK.get(verdict(cases[name]), 2), RANK.get(verdict(baseline[name]), 2))
            for name in both}
    worse = [name for name in both if rank[name][0] > rank[name][1]]
    better = [name for name in both if rank[name][0] < rank[name][1]]
    print(f"  against the echo alone, of {len(both)}: {len(worse)} worse, {len(better)} better")
    for title, names in (("worse", worse), ("better", better)):
        if names:
            print(f"  {title}: " + ", ".join(
                f"{name} ({verdict(baseline[name])} -> {verdict(cases[name])})" for name in names))


if __name__ == "__main__":
    sys.exit(main())
