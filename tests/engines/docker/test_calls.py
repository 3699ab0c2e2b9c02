"""Calls of the SDK that run in threads, and what becomes of them when the lab does not wait any longer."""

import asyncio
import gc
import threading

from lab.engines.docker.calls import Calls


def test_a_call_that_fails_after_nobody_waits_for_it_is_no_complaint_of_the_loop():
    complaints, answer = [], threading.Event()

    def stalled():
        answer.wait(30)
        raise OSError("the engine has not answered")

    async def give_up():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context["message"]))
        calls = Calls()
        waiting = asyncio.create_task(calls("asking", stalled))
        await asyncio.sleep(0)
        waiting.cancel()
        await calls.finish(within=0.01)
        answer.set()
        await asyncio.to_thread(calls._pool.shutdown)
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(asyncio.wait_for(give_up(), 30))
    assert complaints == []
