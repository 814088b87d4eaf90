"""SIMs before any system hears of them: numbers, keys, vendors' files, and requests for them."""
