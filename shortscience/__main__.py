"""`python -m shortscience`: the command."""

from shortscience.commands.main import main

if __name__ == "__main__":
    main()
