"""The small page behind the link on a sheet: for a telephone, without an account, without JavaScript.

It shows what the public sees of one subject and takes one message at a time. May import ``components``, ``queries`` and
``session``.
"""
