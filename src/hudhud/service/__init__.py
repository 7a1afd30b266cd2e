"""Who may be served where, and by whose decision.

Comes in: territories (named sets of cells), decisions as plain values, terminals as the operator knows them.  Goes out: the
service map (for every cell of the world and every service class one state and one decision), permits with their codes and
every failed predicate, and the impact of a decision before it is signed.  Left out on purpose: what proves a decision (the
record), and whether physics can carry the service (the sky).  H3 cells of resolution 5; disablement codes of the real
terminal.  Start with `territory`, `decision`, `service_map.compile`, `eligibility.permit`.
"""
