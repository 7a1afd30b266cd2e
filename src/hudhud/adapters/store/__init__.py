"""What lies on disk or comes from the network: packaged tables, element files and their cache, results."""
