"""Groups: named sets of a sphere's members, to speak to, to call by one name and to give a right to."""
