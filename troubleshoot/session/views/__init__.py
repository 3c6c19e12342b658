"""What a session looks like to people: the record, reasons, doubts."""
