"""Who is summarised and who is cited."""
