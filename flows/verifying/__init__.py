"""verifying: a published snapshot held against its manifest and counted once more, by code that shares no SQL with it."""
