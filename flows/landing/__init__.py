"""landing: from the files of the inbox to lines with a file and a number; nothing lost, nothing twice, nothing guessed."""
