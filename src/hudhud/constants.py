"""Physical constants, each with its source.  SI units and radians."""

C_M_S = 299_792_458.0
"""Speed of light in vacuum.  Exact, SI."""

WGS84_SEMI_MAJOR_M = 6_378_137.0
"""Equatorial radius of the WGS-84 ellipsoid.  NGA.STND.0036."""

WGS84_FLATTENING = 1.0 / 298.257223563
"""Flattening of the WGS-84 ellipsoid.  NGA.STND.0036."""

WGS84_E2 = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING)
"""First eccentricity squared of the WGS-84 ellipsoid."""

MEAN_RADIUS_M = 6_371_008.8
"""Mean radius (2a+b)/3 of the WGS-84 ellipsoid; for great circles and tables only.  IUGG."""

GEO_RADIUS_M = 42_164_172.0
"""Radius of the geostationary arc."""

WGS72_RADIUS_M = 6_378_135.0
"""Equatorial radius that SGP4 works with.  Spacetrack Report 3."""

WGS72_MU_M3_S2 = 398_600.8e9
"""Gravitational parameter that SGP4 works with.  Spacetrack Report 3."""

WGS72_J2 = 1.082616e-3
"""Second zonal harmonic that SGP4 works with.  Spacetrack Report 3."""

EARTH_ROTATION_RAD_S = 7.292_115_855_3e-5
"""Rotation rate of the Earth relative to the mean equinox (GMST-82 rate)."""

SUN_RADIUS_M = 695_700_000.0
"""Nominal solar radius.  IAU 2015 Resolution B3."""

ASTRONOMICAL_UNIT_M = 149_597_870_700.0
"""Exact.  IAU 2012 Resolution B2."""

GRAZING_HEIGHT_M = 80_000.0
"""Lowest height over the mean sphere at which a laser beam is taken to pass the atmosphere (Hypatia's figure)."""
