"""Has Python look for garbage less often. Import it before aws_cdk.

What an app imports and makes stays until it ends. Python's collector goes through that again after
every 700 new objects, which takes a tenth of the time of a small app.
"""

from __future__ import annotations

import gc

gc.set_threshold(50_000, 20, 100)
