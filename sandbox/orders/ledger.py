"""The paid orders on disk: written before the answer, read again after a restart."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from sandbox.orders.order import PaidOrder


def read_ledger(state_dir: Path) -> list[PaidOrder]:
    """Every paid order, oldest first."""
    texts = (path.read_bytes() for path in _folder(state_dir).glob("*.json"))
    orders = (PaidOrder.model_validate_json(text) for text in texts)
    return sorted(orders, key=lambda order: order.accepted_at)


class Ledger:
    """All orders of a state directory, in memory and on disk."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        _folder(state_dir).mkdir(parents=True, exist_ok=True)
        self._orders = {order.id: order for order in read_ledger(state_dir)}
        self._tasks = {order.task_id: order for order in self._orders.values()}

    def __iter__(self) -> Iterator[PaidOrder]:
        return iter(tuple(self._orders.values()))

    async def enter(self, order: PaidOrder, pictures: Sequence[bytes | None]) -> None:
        """Take an order; when this returns it survives a kill."""
        await asyncio.to_thread(self._write, order, pictures)
        self._orders[order.id] = order
        self._tasks[order.task_id] = order

    def find(self, order_id: str) -> PaidOrder | None:
        """The order with this id of ours."""
        return self._orders.get(order_id)

    def find_task(self, task_id: str) -> PaidOrder | None:
        """The order with this id on the wire."""
        return self._tasks.get(task_id)

    def pictures(self, order: PaidOrder) -> list[Path]:
        """The pictures that came with the order as data, first frame first."""
        paths = (self._picture(order, index) for index in range(order.images))
        return [path for path in paths if path.exists()]

    def mask(self, order: PaidOrder) -> Path | None:
        """The mask that came behind the pictures, if one did."""
        return self._picture(order, order.images) if order.mask else None

    def _write(self, order: PaidOrder, pictures: Sequence[bytes | None]) -> None:
        for index, picture in enumerate(pictures):
            if picture:
                self._picture(order, index).write_bytes(picture)
        path = _folder(self._state_dir) / f"{order.id}.json"
        draft = path.with_suffix(".draft")
        draft.write_text(order.model_dump_json(), encoding="utf-8")
        draft.replace(path)

    def _picture(self, order: PaidOrder, index: int) -> Path:
        return _folder(self._state_dir) / f"{order.id}-{index}.picture"


def _folder(state_dir: Path) -> Path:
    return state_dir / "orders"
