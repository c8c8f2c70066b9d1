"""Answering who asks what is held about them: the register of requests, and the file that answers one."""
