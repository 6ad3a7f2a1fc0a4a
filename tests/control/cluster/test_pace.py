import asyncio

from control.clock import timed

from ingress.control.cluster.pace import Pace


def test_turns_come_so_many_a_second():
    async def main() -> list[float]:
        pace, clock = Pace(10.0), asyncio.get_running_loop().time
        times = []
        for _ in range(3):
            await pace.turn()
            times.append(round(clock(), 6))
        await asyncio.sleep(1.0)
        for _ in range(2):
            await pace.turn()
            times.append(round(clock(), 6))
        return times

    assert timed(main()) == [0.0, 0.1, 0.2, 1.2, 1.3]
