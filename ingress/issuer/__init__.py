"""Certificates of our own making: a development CA, its leaves, and the fallback certificate.

Made with ``cryptography``, never by running openssl. Private keys leave as ``SecretBytes``; only
``folder`` (mode 0600) and the command that prints a Secret reveal them.
"""
