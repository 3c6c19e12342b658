"""``python -m troubleshoot`` is the command line."""

from troubleshoot.cli import main

if __name__ == "__main__":
    main(prog_name="troubleshoot")
