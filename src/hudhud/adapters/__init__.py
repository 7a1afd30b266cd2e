"""The outside world: files, sockets, threads, terminals; everything that the pure rooms are handed.

`run` turns files into results, `cli` holds one file per verb, `store` reads and writes, `picture` draws.
"""
