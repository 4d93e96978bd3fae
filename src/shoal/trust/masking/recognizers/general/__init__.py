"""What people write everywhere: e-mail, telephone, dates, addresses on the web."""
