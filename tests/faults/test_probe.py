import asyncio, os, time
import pytest
from tests.faults.rig import rig
from tests.faults.story import STEPS, cast
from tests.faults.invariants import effects, check_messages
@pytest.mark.parametrize("channel", ["line","telegram"])
async def test_probe(database, channel):
    t=time.time()
    async with rig(database, 1) as r:
        print("open", time.time()-t); t=time.time()
        await r.served.start(); print("start", time.time()-t)
        for n in range(2):
            t=time.time()
            c = await cast(r, f"C{n}", channel); print("cast", time.time()-t)
            for name, step in STEPS.items():
                t=time.time(); b=r.proxy.commits
                await step(c); print(f"{name}: {r.proxy.commits-b} {time.time()-t:.2f}")
            await check_messages(r, f"C{n}", channel)
        a,b= await effects(r,"C0"), await effects(r,"C1")
        for k,v in a.items(): print(k, dict(v))
        assert a==b
        print(r.served.log.read_text()[-3000:])
