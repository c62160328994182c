"""A CherryPy app, as a WSGI callable."""

import cherrypy


class Root:
    """The pages."""

    @cherrypy.expose
    def index(self) -> str:
        """Say hello."""
        return "hello from CherryPy"


application = cherrypy.Application(Root(), "")
