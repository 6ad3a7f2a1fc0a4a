import asyncio
import signal

from ingress.control.signals import orders


async def until(event: asyncio.Event) -> None:
    async with asyncio.timeout(10):
        await event.wait()


async def test_sigterm_asks_for_an_end_however_often() -> None:
    with orders(reread=lambda: None) as given:
        for _ in range(2):
            signal.raise_signal(signal.SIGTERM)
            await until(given.stop)
            await asyncio.sleep(0)
        assert not given.now.is_set()


async def test_sigint_asked_again_asks_for_an_end_at_once() -> None:
    with orders(reread=lambda: None) as given:
        signal.raise_signal(signal.SIGINT)
        await until(given.stop)
        assert not given.now.is_set()
        signal.raise_signal(signal.SIGINT)
        await until(given.now)


async def test_sigint_after_sigterm_is_impatience_too() -> None:
    with orders(reread=lambda: None) as given:
        signal.raise_signal(signal.SIGTERM)
        await until(given.stop)
        signal.raise_signal(signal.SIGINT)
        await until(given.now)


async def test_sighup_rereads_and_ends_nothing() -> None:
    reread = asyncio.Event()
    with orders(reread=reread.set) as given:
        signal.raise_signal(signal.SIGHUP)
        await until(reread)
        assert not given.stop.is_set()


async def test_the_handlers_go_with_the_block() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with orders(reread=lambda: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
