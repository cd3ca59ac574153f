"""The least that answers a page: ``python -m benchmarks.peers.hello PORT``, Starlette under uvicorn."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

uvicorn.run(Starlette(routes=[Route("/", lambda _: HTMLResponse("<!doctype html><title>hello</title>hello"))]), port=int(sys.argv[1]))
