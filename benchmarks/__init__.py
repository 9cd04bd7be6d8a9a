"""How fast `migrate` is beside other tools: `python -m benchmarks` measures, and writes docs/benchmarks.md."""
