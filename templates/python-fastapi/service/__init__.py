"""What does the API do? One file per question; `__main__.py` starts it."""
