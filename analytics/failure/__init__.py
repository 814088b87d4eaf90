"""Is this link about to fail? A calibrated probability, a lead time and the evidence."""
