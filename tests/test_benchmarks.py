"""The benchmarks, whose ratios are under their limits on a machine that does nothing else: the long lane."""

import subprocess
import sys

import pytest

from places import ROOT


@pytest.mark.long
@pytest.mark.parametrize("name", ["benchmark", "benchmark_hosts"])
def test_every_ratio_is_under_its_limit(name):
    program = ROOT / "tools" / f"{name}.py"
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) >= 5
