"""What a look can carry.

Comes in: Earth-fixed positions of satellites and the pairs that lasers join.  Goes out: which lasers can work, and how
long each has been able to.  Left out for now: radio budgets and rates (antenna, atmosphere); a laser is up or down.
Start with `laser.sightline`.
"""

from hudhud.links.laser import HELD_SINCE_EVER_S, LaserRules, held_s, sightline

__all__ = ["HELD_SINCE_EVER_S", "LaserRules", "held_s", "sightline"]
