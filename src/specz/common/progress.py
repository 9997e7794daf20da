"""Progress bars of tqdm; nothing is shown where it is not installed or nobody watches."""

from typing import Any


class _Silent:
    """A bar that shows nothing."""

    def __init__(self, items: Any) -> None:
        self._items = items

    def __iter__(self) -> Any:
        return iter(self._items)

    def __enter__(self) -> "_Silent":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: int = 1) -> None:
        pass

    def set_postfix(self, **_: object) -> None:
        pass


def progress(items: Any = None, **options: Any) -> Any:
    """A bar over ``items``, or one to be told; options as of ``tqdm.tqdm``."""
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return _Silent(items)
    return tqdm(items, disable=None, **options)
