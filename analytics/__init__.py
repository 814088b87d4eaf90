"""The head of Forerunner: what will fail, and what to do about it."""
