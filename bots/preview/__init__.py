"""The gallery that `aura preview` writes: every card of `handlers/examples` as LINE and Telegram would show it.

Nothing is imitated here: cards go through the channels' own renderers, through the checks and the view of the
emulators, to the scripts and styles of the demo's phones.
"""
