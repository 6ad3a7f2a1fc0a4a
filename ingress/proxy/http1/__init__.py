"""HTTP/1.1 as bytes, the same on both sides: fields, chunks, framings. No I/O."""
