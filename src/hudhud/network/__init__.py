"""Which way packets go.

Comes in: looks that passed the sky's gates, positions, who may be served.  Goes out: which satellite serves whom on which
beam, which antennas and lasers join what, and the cheapest way to a point of presence with its delay.
Left out on purpose: the real operator's assignments (not published; ours are plausible, seeded and repeatable), packets,
queues, and for now the demand for and the sharing of rates.
Start with `schedule.assign` (who), `topology.plus_grid` (lasers), `ways.ways` (which way), `latency.delay` (what it costs).
"""
