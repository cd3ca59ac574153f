"""Pages: server-rendered HTML over the view models of `centre` and `plant`; asks, words and draws, computes nothing."""

from tynys.web.mount import mount

__all__ = ["mount"]
