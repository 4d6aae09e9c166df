"""The object store, and batches made of its objects."""
