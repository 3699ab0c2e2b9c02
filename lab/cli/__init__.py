"""The command line: one file per verb. What is heavy is imported by the verb that needs it, when it runs."""
