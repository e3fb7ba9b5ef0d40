"""The command line, by groups of verbs. Heavy libraries are imported inside the verbs, so that --help stays quick."""
