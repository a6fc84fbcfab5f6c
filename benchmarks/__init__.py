"""What the speed budgets are measured with: see README.md."""
