"""The child process that draws: one browser for all charts of a report. Figures come as JSON on standard input, drawings go out as JSON.

    python -m dashboard.reports.browser < figures.json > drawings.json

It is a process of its own because a browser that dies leaves kaleido waiting for ever; `drawing.py` ends it when it takes too long.
The browser is started before the input is read, so that it comes up while the parent still computes.
"""

import asyncio
import json
import sys
from typing import Any


async def _draw(timeout: float) -> list[str]:
    import kaleido

    # No mathjax: kaleido would fetch it from the internet.
    async with kaleido.Kaleido(n=1, mathjax=False, timeout=timeout) as drawer:
        figures: list[dict[str, Any]] = json.loads(await asyncio.to_thread(sys.stdin.buffer.read))
        drawings = []
        for figure in figures:
            options = {"format": "svg", "width": figure["layout"]["width"], "height": figure["layout"]["height"], "scale": 1}
            drawings.append((await drawer.calc_fig(figure, opts=options)).decode("utf-8"))
        return drawings


def main() -> None:
    """Draws what standard input holds."""
    drawings = asyncio.run(_draw(float(sys.argv[1])))
    sys.stdout.buffer.write(json.dumps(drawings, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
