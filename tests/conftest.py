"""What holds for every test."""

from hypothesis import settings

# A busy machine may take its time over an example; how fast something is, benchmarks say.
settings.register_profile("forerunner", deadline=None)
settings.load_profile("forerunner")
