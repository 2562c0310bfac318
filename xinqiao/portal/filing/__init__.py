"""Filing a petition (我要反映): one question per page, from the kind of matter to the receipt."""
