import asyncio
import os
import signal
import threading
import time

import pytest

from lab.engines.sim.clock import VirtualLoop


def run(work, speed=None):
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(speed)) as runner:
        return runner.run(work)


def test_a_day_passes_in_no_time():
    async def sleep():
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    began = time.monotonic()
    assert run(sleep()) == pytest.approx(86_400)
    assert time.monotonic() - began < 5


def test_timers_go_off_in_the_order_of_their_times():
    order = []

    async def nap(seconds):
        await asyncio.sleep(seconds)
        order.append((seconds, asyncio.get_running_loop().time()))

    async def naps():
        await asyncio.gather(*(nap(seconds) for seconds in (3, 1, 2)))

    run(naps())
    assert order == [(1, 1), (2, 2), (3, 3)]


def test_a_deadline_in_virtual_time_is_kept():
    async def wait():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(wait()) == pytest.approx(30)


def test_a_paced_clock_takes_its_time():
    began = time.monotonic()
    run(asyncio.sleep(2), speed=10)
    assert time.monotonic() - began >= 0.19


def test_a_call_from_another_thread_is_heard_while_the_paced_clock_waits():
    async def wait():
        heard = asyncio.Event()
        loop = asyncio.get_running_loop()
        caller = threading.Timer(0.05, lambda: loop.call_soon_threadsafe(heard.set))
        caller.start()
        async with asyncio.timeout(3600):
            await heard.wait()
        return loop.time()

    assert 0 < run(wait(), speed=1) < 3600


def test_a_signal_interrupts_it_even_at_full_speed():
    async def forever():
        loop = asyncio.get_running_loop()

        def tick():
            loop.call_later(1, tick)

        tick()
        loop.call_later(1000, os.kill, os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        run(forever())


def test_a_held_clock_lets_nothing_become_due_and_still_hears_other_threads():
    async def wait():
        loop = asyncio.get_running_loop()
        due = asyncio.ensure_future(asyncio.sleep(5))
        await asyncio.sleep(1)
        loop.hold()
        told = asyncio.Event()
        threading.Timer(0.1, loop.call_soon_threadsafe, [told.set]).start()
        await told.wait()
        held_at, was_due = loop.time(), due.done()
        loop.go()
        await due
        return held_at, was_due, loop.time()

    assert run(wait()) == (1, False, 5)


def test_a_step_lets_happen_what_is_due_within_it_and_no_more():
    async def wait():
        loop = asyncio.get_running_loop()
        seen = []
        for at in (1, 2, 3):
            loop.call_at(at, seen.append, at)
        loop.hold(2.5)
        told = asyncio.Event()
        threading.Timer(0.2, loop.call_soon_threadsafe, [told.set]).start()
        await told.wait()
        return seen, loop.time()

    assert run(wait()) == ([1, 2], 2.5)


def test_the_pace_can_be_changed_while_time_passes():
    async def wait():
        loop = asyncio.get_running_loop()
        loop.call_at(0.1, loop.pace, None)
        await asyncio.sleep(86_400)

    began = time.monotonic()
    run(wait(), speed=1)
    assert 0.09 < time.monotonic() - began < 5
