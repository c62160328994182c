"""What comes from elsewhere: files of a web server, and what is packed in archives."""
