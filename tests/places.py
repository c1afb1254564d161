"""Where things lie in the checkout."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT, DATA, STUBS = TESTS.parent, TESTS / "data", TESTS / "stubs"
PACKAGE = ROOT / "xlcost"
