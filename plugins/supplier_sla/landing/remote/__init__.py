"""Landings elsewhere: object stores and SFTP servers, read through fsspec. See README.md in the folder above."""
