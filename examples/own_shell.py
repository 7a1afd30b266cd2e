"""How many satellites of a shell of your own stand over a place, hour by hour?  No scenario needed, only the rooms.

python examples/own_shell.py
"""

import numpy as np

from hudhud.earth import Sites
from hudhud.orbits.positions import propagator
from hudhud.orbits.shells import Shell, walker
from hudhud.sky import Limits, looks, watch
from hudhud.timescale import from_rfc3339, instants, to_rfc3339

epoch = from_rfc3339("2026-05-30T00:00:00Z")
shell = Shell(
    name="mine", altitude_m=600e3, inclination_rad=np.radians(55.0), planes=24, satellites_per_plane=20, phasing=1
)
fleet = walker(shell, epoch)
places = Sites.at(["Nairobi", "Kyiv", "Reykjavik"], [-1.29, 50.45, 64.15], [36.82, 30.52, -21.94])
limits = Limits.same(len(places), minimum_elevation_rad=np.radians(25.0), gso_avoidance_rad=np.radians(18.0))
ready = watch(places, limits, highest_radius_m=7_100e3)

at = instants(epoch, 6, step_s=3600.0)
positions_m, _ = propagator(fleet).earth_fixed(at)
for instant, satellite_m in zip(at, positions_m, strict=True):
    seen = looks(ready, satellite_m, np.zeros(len(fleet), dtype=np.uint8))
    counts = np.bincount(seen.site[seen.passed], minlength=len(places))
    print(to_rfc3339(instant), *(f"{name} {count}" for name, count in zip(places.names, counts, strict=True)))
