"""What else the law opens: contracts and fees, notices and votes, safety, audits."""
