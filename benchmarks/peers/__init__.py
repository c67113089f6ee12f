"""What the benchmarks race against: small programs, each run by its own interpreter."""
