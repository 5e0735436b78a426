"""The ten questions an audience asks first, each a function from frames to classes, numbers and a list.

Out: ``questions.QUESTIONS``; ``context.Context`` goes in, ``context.Answer`` comes out, words are the pages'. Imports
coverage, overlaps, money and the shared modules.
"""
