"""Whether what the image installs has weaknesses that somebody has told of.

    python -m benchmarks.audit

Asks pip-audit about deploy/image/requirements.txt. Exit code 1 where there are some; where no database
of advisories can be reached it says so aloud, and ends with 0. Knows no advisory.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parents[1] / "deploy" / "image" / "requirements.txt"
_OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")


def verdict(report: Mapping[str, Any]) -> tuple[int, str]:
    """Exit code, and what to say of a report of pip-audit."""
    packages = report["dependencies"]
    unasked = [one["name"] for one in packages if "skip_reason" in one]
    weak = [
        f"{one['name']} {one['version']}: {each['id']}, "
        f"mended in {', '.join(each['fix_versions']) or 'no version yet'}"
        for one in packages
        for each in one.get("vulns", ())
    ]
    if weak:
        return 1, "\n".join([*weak, "`make lock` takes newer versions, once constraints.txt does"])
    if len(unasked) == len(packages):
        return 0, "SKIPPED: pip-audit reaches no database of advisories from here"
    told = f"nothing is known against {len(packages) - len(unasked)} packages"
    return 0, f"{told}; SKIPPED, since nobody knows them: {', '.join(unasked)}" if unasked else told


def main() -> int:
    program = str(Path(sys.executable).with_name("pip-audit"))
    done = subprocess.run(
        [program, "--requirement", str(LOCK), *_OPTIONS], capture_output=True, text=True
    )
    try:
        code, said = verdict(json.loads(done.stdout))
    except ValueError:
        # It has no code of its own for this; the last line of its traceback says what it was.
        last = done.stderr.strip().rpartition("\n")[2]
        code, said = 0, f"SKIPPED: pip-audit could not ask ({last[:200]})"
    print(f"audit: {said}")
    return code


if __name__ == "__main__":
    sys.exit(main())
