"""A small ASGI app."""

import os

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def hello(name: str = "world") -> dict[str, str]:
    """Greet somebody."""
    return {"greeting": f"{os.environ.get('GREETING', 'hello')} {name}"}
