"""Points jsii at the Node that this checkout installed. Import it before aws_cdk.

`cdk` starts the app without activating the virtual environment, and jsii would take whatever
Node is on PATH: none, or one it prints a banner about.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_venv = Path(sys.prefix)
if (_venv / "bin" / "node").exists():
    os.environ.setdefault("JSII_NODE", str(_venv / "bin" / "node"))
    os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(_venv / "jsii-package-cache"))
