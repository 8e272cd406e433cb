"""Real servers for the end-to-end tests and the demo: a certificate authority, SMTP, HTTPS, and independent checks.

Every server listens on free ports of the loopback interface, runs in threads of its own, keeps what it received in a
folder, and can be told to misbehave. Each runs inside a test (`with SmtpServer(...) as server:`) or as a process
(`python3 -m lab.smtp`, `python3 -m lab.https`, from the folder above).
"""
