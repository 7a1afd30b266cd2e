"""Witnesses over HTTP: the one that cosigns (its memory, its server), and how a log asks several of them."""
