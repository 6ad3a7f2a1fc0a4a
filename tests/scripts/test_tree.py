from scripts.tree import modules


def test_modules_come_in_the_order_of_their_paths(plant):
    root = plant({"ingress/b.py": "x = 1\n", "ingress/a/c.py": "", "ingress/a/data.txt": ""})
    assert [module.path for module in modules(root, "ingress")] == [
        "ingress/a/c.py",
        "ingress/b.py",
    ]


def test_methods_and_nested_functions_are_functions(plant):
    root = plant(
        {
            "ingress/a.py": """\
            class A:
                async def method(self):
                    def nested(): ...
            """
        }
    )
    (module,) = modules(root, "ingress")
    assert {function.name for function in module.functions()} == {"method", "nested"}


def test_a_folder_that_is_not_there_has_no_modules(plant):
    assert modules(plant({}), "benchmarks") == []
