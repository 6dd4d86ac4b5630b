"""How people come into a sphere: invitations by link, printed or by mail, and requests.

An invitation says into which sphere, as what, until when and how often. Whoever holds its link may open the one page
that says so; only the button on it takes a place.
"""
