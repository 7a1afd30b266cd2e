"""What do lasers change?  The same three places with and without them, by the embedded fleet.

python examples/lasers_or_not.py
"""

import tempfile
from pathlib import Path

import numpy as np

import hudhud

SCENARIO = """
name = "lasers or not"
start = "2026-05-30T12:00:12Z"
slots = 40

[[terminal]]
name = "Tonga"
latitude_deg = -21.13
longitude_deg = -175.20

[[terminal]]
name = "Khartoum"
latitude_deg = 15.60
longitude_deg = 32.53

[[terminal]]
name = "Kyiv"
latitude_deg = 50.45
longitude_deg = 30.52
"""

with tempfile.TemporaryDirectory() as folder:
    for pattern in ("plus_grid", "none"):
        path = Path(folder) / f"{pattern}.toml"
        path.write_text(SCENARIO + f'\n[lasers]\npattern = "{pattern}"\n', encoding="utf-8")
        result = hudhud.run(hudhud.load(path))
        served = result.outcome == hudhud.Outcome.SERVED
        print(f"lasers: {pattern}")
        for n, name in enumerate(result.terminals.names):
            known = result.rtt_s[served[:, n], n]
            median = f"median {np.median(known) * 1e3:6.1f} ms" if len(known) else "no way to a gateway"
            print(f"  {name:10s} served {served[:, n].mean():6.1%}  {median}")
