"""What a terminal and a file are called where platforms have names."""

NAME = "console"
FILE = "file"
