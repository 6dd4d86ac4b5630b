"""What Alvéole can do, measured: ratios in one run, server and client on a core each."""
