"""What an operator sees of the whole site, by the Django admin: metadata, and never what people say."""
