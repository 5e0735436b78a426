"""What people decide about data: shares of years, statements without rows."""
