"""The built-in augmentations as functions of one array: colours, noise, filters, geometry and mixing with other pictures.

All take the array first and return a new one of its dtype; alpha, where there is any, is kept unless a function says otherwise.
Those that draw take ``seed``: an integer, or None for numbers that differ with every call.
"""
