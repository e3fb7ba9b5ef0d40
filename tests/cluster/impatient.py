"""The command line with less patience with a cluster than a night allows: python -m tests.cluster.impatient run ..."""

from flows.cli.main import main
from flows.deriving import cluster

if __name__ == "__main__":
    cluster.SECONDS_TO_CONNECT = cluster.SECONDS_WITHOUT_WORKER = 2
    main()
