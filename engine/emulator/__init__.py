"""The emulated AWS account: ministack, and the seams that replace or extend parts of it."""
