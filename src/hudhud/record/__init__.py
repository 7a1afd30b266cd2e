"""Who decided, provably: bytes, keys and statements; no satellites.

Comes in: entries of a log (signed envelopes), checkpoints and their cosignatures, a keyring.  Goes out: typed statements,
what is wrong with them, and proofs that anybody can check.  Left out on purpose: files, clocks, chance (adapters hand them
in), cells and maps (service), and what satellites in truth transmit, which no record can prove.
Standards: C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature; RFC 6962; RFC 8785; DSSE 1.0; in-toto Statement
v1; Ed25519.  How to start: `statements` for what can be said, `envelope.sign` for saying it, `keyring` for who may.
"""
