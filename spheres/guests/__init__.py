"""How somebody is at home in one sphere without account: by a link that is a key, not a ticket.

The same link opens the same sphere again, without account, password or e-mail. Whoever made it sees the browsers that
came in by it, lets a late one in with one tap, and cuts any of them.
"""
