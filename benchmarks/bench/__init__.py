"""The benchmark (`make bench`): Puente, the nearest peer and bare floors, side by side in one run on one machine.

Which task is what, with its floor and its goal, is in `tasks`; how it is measured is told in docs/performance.md.
"""
