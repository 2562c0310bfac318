"""How officers' passwords are hashed: Argon2id, slow enough to hurt a guesser, quick enough for a morning's log-ins (checklist 48)."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OfficerArgon2(Argon2PasswordHasher):
    """Argon2id over 64 MiB, twice, on one core: 104 ms measured on a two-core server of 2024 (wanted: 50 to 150 ms).

    One lane, because a log-in shouldn't take all cores from others; hashes with other parameters are renewed at the next log-in.
    """

    time_cost = 2
    memory_cost = 64 * 1024  # KiB
    parallelism = 1
