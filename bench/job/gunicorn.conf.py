"""gunicorn's settings, for the peers that bring none of their own."""

bind = "unix:/run/shop/shop.sock"
chdir = "/srv/shop/current"
wsgi_app = "app:app"
workers = 2
