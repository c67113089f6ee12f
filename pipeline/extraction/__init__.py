"""Extraction of equations, images, links and citations from cleaned text, with exact offsets."""
