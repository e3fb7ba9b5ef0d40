"""study: what a study folder says, and what the dictionary, the rule sets and the limits of the checks say."""
