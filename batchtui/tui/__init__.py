"""The Textual app: screens wire widgets to workflows; a widget knows data and posts messages.

Import from the modules: this package pulls in none of them.
"""
