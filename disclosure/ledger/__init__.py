"""What each bank line was for: classification, pieces, vouchers, approvals."""
