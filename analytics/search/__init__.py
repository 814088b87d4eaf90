"""What is like a text: runbooks, incidents, alarms and syslog, by words and by meaning.

Nothing is imported here: the command line takes its command from this room at every start.
"""
