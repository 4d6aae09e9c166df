"""From a declaration to SQL: plans, templates, tracing."""
