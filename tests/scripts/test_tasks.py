import pytest

from scripts.tasks import findings


@pytest.mark.parametrize(
    "line",
    [
        "self.task = asyncio.create_task(work(), name='work')",
        "tasks.add(asyncio.create_task(work(), name='work'))",
        "await loop.create_task(work(), name='work')",
        "group.create_task(work(), name='work')",
    ],
)
def test_a_named_task_with_a_keeper_passes(plant, line):
    assert list(findings(_with(plant, line))) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("asyncio.create_task(work(), name='work')", "nobody keeps the task"),
        ("loop.create_task(work(), name='work')", "nobody keeps the task"),
        ("create_task(work(), name='work')", "nobody keeps the task"),
        ("task = asyncio.create_task(work())", "the task has no name"),
        ("group.create_task(work())", "the task has no name"),
        (
            "task = asyncio.ensure_future(work())",
            "ensure_future gives the task no name; use create_task(..., name=...)",
        ),
    ],
)
def test_a_task_without_a_name_or_keeper_is_found(plant, line, complaint):
    assert list(findings(_with(plant, line))) == [f"ingress/a.py:3: {complaint}"]


def _with(plant, line):
    head = "async def run(self, loop, tasks):\n    async with asyncio.TaskGroup() as group:\n"
    return plant({"ingress/a.py": f"{head}        {line}\n"})
