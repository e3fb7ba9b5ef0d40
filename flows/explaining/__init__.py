"""explaining: how a status came about, from the injection dates down to file and line of each counted day."""
