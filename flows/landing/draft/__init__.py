"""draft: the entry of study.toml that would read a file, guessed from the file, with the evidence for each guess.

Nothing ambiguous is guessed: what cannot be told is named. No value of a patient is in what is printed.
"""
