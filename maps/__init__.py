"""What readers see: tables in, pages out."""
