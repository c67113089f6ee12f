"""Which papers are summarised and cited."""
