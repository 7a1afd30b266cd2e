"""Keeping a record and taking part in one: keys in files, drafts in TOML, signing, the keeper of a folder, a demonstration.

Comes in: a record (a folder or an address), what somebody wants to say, a key.  Goes out: signed envelopes with what they name,
and, where the record is kept on this machine, their place in it with everything that follows: notices, a released map.
Left out on purpose: what counts and what follows from it (`hudhud.record`), what it does to the map (`hudhud.service`), how it
is told on a terminal (`hudhud.adapters.cli`).  Clocks and chance are handed in.  Start with `keeper` and `signing`.
"""
