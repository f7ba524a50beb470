"""``rules simulate`` against a plain loop over the X-Ray SDK's own matcher, and ``wc -l``.

``SAMPLING_LINES=100000,1000000`` runs other sizes than 100 thousand, 1 and 10 million lines; the
last needs 4 GB for its log. At the end that log is read ten times over, for what memory does then.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

_SIZES = (100_000, 1_000_000, 10_000_000)
# The loop's speed does not depend on how many lines it reads, and it would need a quarter of an
# hour for the longest log.
_LOOPED = 50_000
_ROUTES = 20_000
_REPEATED = 10
# X-Ray's quota for an account and region.
_RULES = 25
_NAMES = ("checkout", "search", "cart", "login", "orders", "products", "users", "ledger", "reports")
_LINE = (
    "https {stamp}.000000Z app/fq/50dc6c495c0c9188 192.0.2.1:2817 10.0.0.1:80 0.000 0.001 0.000 200"
    ' 200 34 366 "{request} HTTP/2.0" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36" -'
    " TLSv1.2 arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/fq/73e2d6bc24d8a067"
    ' "Root=1-58337262-36d228ad5d99923122bbe354" "api.example.com" "-" 0 {stamp}.000000Z "forward"'
    ' "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1\n'
)
_MEASURED = """
import resource, sys
from cdk_ecs_xray.cli.commands import run
code = run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr)
sys.exit(code)
"""


def main() -> None:
    """Print lines a second and peak memory of both, and their ratio."""
    sizes = [int(size) for size in os.environ.get("SAMPLING_LINES", "").split(",") if size]
    print(f"{_RULES} rules, {_ROUTES:,} routes with a heavy tail, load balancer format, plain text")
    print(
        f"{'lines':>12}  {'simulate':>9}  {'lines/s':>9}  {'peak':>7}  {'SDK loop':>9}"
        f"  {'ratio':>5}  {'wc -l':>6}  ratio"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules = _write_rules(folder / "rules.json")
        for size in sizes or _SIZES:
            log = folder / "alb.log"
            _write_log(log, size)
            _compare([log], rules, size)
        _compare([log] * _REPEATED, rules, size * _REPEATED)


def _compare(logs: Sequence[Path], rules: Path, size: int) -> None:
    looped = _loop_over_sdk(logs[0], rules)
    _read_once(logs[0])
    counting = _count_lines(logs)
    seconds, peak = _simulate(logs, rules)
    speed = size / seconds
    print(
        f"{size:>12,}  {seconds:>8.2f}s  {speed:>9,.0f}  {peak:>4} MB  {looped:>7,.0f}/s"
        f"  {speed / looped:>4.0f}x  {counting:>5.2f}s  {seconds / counting:.1f}x",
        flush=True,
    )


def _write_rules(path: Path) -> Path:
    rules = [
        {
            "name": f"route-{number}",
            "fixed_rate": 0.1,
            "reservoir_size": 1,
            "http_method": "GET" if number % 2 else "*",
            "host": "*.example.com",
            "url_path": f"/api/v{number % 3}/{_NAMES[number % len(_NAMES)]}/*{number}*",
        }
        for number in range(_RULES)
    ]
    path.write_text(json.dumps({"rules": rules}), encoding="utf-8")
    return path


def _write_log(path: Path, lines: int) -> None:
    chance = random.Random(7)  # noqa: S311 - the same log every time
    weights = list(itertools.accumulate(1 / rank**1.1 for rank in range(1, _ROUTES + 1)))
    requests = [
        f"{'POST' if n % 7 == 0 else 'GET'} https://api.example.com:443/api/v{n % 3}/"
        f"{_NAMES[n % len(_NAMES)]}/{n}?q={n}"
        for n in range(_ROUTES)
    ]
    started = 1_795_132_800
    # A day of them, or as many seconds as it takes at ten a second.
    span = min(86_400, lines // 10)
    with path.open("w", encoding="ascii") as log:
        for second in range(span):
            count = lines * (second + 1) // span - lines * second // span
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(started + second))
            log.writelines(
                _LINE.format(stamp=stamp, request=request)
                for request in chance.choices(requests, cum_weights=weights, k=count)
            )
        # Otherwise the disk still writes the log while it is read.
        log.flush()
        os.fsync(log.fileno())


def _read_once(log: Path) -> None:
    """Have the whole log in the system's cache: the disk is not what is compared."""
    with log.open("rb") as file:
        while file.read(1 << 24):
            pass


def _count_lines(logs: Sequence[Path]) -> float:
    """Return how long the system's own tool takes to count the lines of the same files."""
    started = time.perf_counter()
    subprocess.run(["wc", "-l", *map(str, logs)], check=True, capture_output=True)  # noqa: S607 - whatever wc the user has
    return time.perf_counter() - started


def _loop_over_sdk(log: Path, rules_file: Path) -> float:
    """Return the lines a second of what one would write with the SDK at hand."""
    from aws_xray_sdk.core.sampling.reservoir import ReservoirDecision
    from aws_xray_sdk.core.sampling.rule_cache import RuleCache
    from aws_xray_sdk.core.sampling.sampling_rule import SamplingRule

    from cdk_ecs_xray import SamplingRuleSet

    granted = (ReservoirDecision.TAKE, ReservoirDecision.BORROW)
    chance = random.Random(7)  # noqa: S311 - a simulation
    cache = RuleCache()
    cache.last_updated = time.time()
    rules = [
        SamplingRule(
            r.name, r.priority, r.fixed_rate, r.reservoir_size, r.host, r.http_method, r.url_path
        )
        for r in SamplingRuleSet.from_file(rules_file).rules
    ]
    cache.load_rules([*rules, SamplingRule("Default", 10_000, 0.05, 1, "*", "*", "*", "*", "*")])
    started = time.perf_counter()
    with log.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            method, url, _ = line.split('"', 2)[1].split(" ")
            _, _, host, path = url.partition("?")[0].split("/", 3)
            request = {"host": host.partition(":")[0], "method": method, "path": "/" + path}
            rule = cache.get_matched_rule(request, cache.last_updated)
            rule.increment_request_count()
            taken = rule.reservoir.borrow_or_take(number, rule.can_borrow)
            if taken in granted or chance.random() <= rule.rate:
                rule.increment_sampled_count()
            if number == _LOOPED:
                break
    return number / (time.perf_counter() - started)


def _simulate(logs: Sequence[Path], rules: Path) -> tuple[float, int]:
    command = ["rules", "simulate", *map(str, logs), "--rules", str(rules), "--processes", "6"]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *command], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - started, int(done.stderr.splitlines()[-1])


if __name__ == "__main__":
    main()
