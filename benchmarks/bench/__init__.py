"""The benchmark (`make bench`): Puente, the nearest peer and bare projects (the floors), side by side in one run.

Which task is what, with its floor and its goal, is in `tasks`; how it is measured is told in docs/performance.md.
"""
