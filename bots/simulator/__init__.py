"""The simulator: the emulated platforms' process and the browser page with the phones on top of it.

`platforms` runs the LINE and Telegram emulators as one process; `page` puts the phones, the clinic's
clock and the strip of facts into the program's own web server. Only `aura demo` starts either.
"""
