"""How training is timed: grid -> measure (blocks of fresh worker processes, journal) -> train."""
