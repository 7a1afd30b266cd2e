"""`python -m hudhud` is the command too."""

from hudhud.adapters.cli.main import run

if __name__ == "__main__":
    run()
