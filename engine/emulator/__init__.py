"""The emulated AWS account: ministack, and the seams where the rehearsal replaces or extends it."""
