"""The seeded region: an invented autonomous region, its organs, people and petitions, for demonstration and tests."""
