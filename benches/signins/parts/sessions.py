"""Makes the live sessions of a SQLite store so many: sessions.py FILE COUNT

They are copies of those that are there, whose own rows go. All it knows of the table is its name, and that `token_hash`
is the SHA-256 of the token in the cookie, in base64; the tokens are 0, 1, 2 … with zeros in front, 43 digits long.
"""

import base64
import hashlib
import sqlite3
import sys


def token_hash(session):
    digest = hashlib.sha256(f"{session:043}".encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def fill(file, count):
    store = sqlite3.connect(file, isolation_level=None)
    store.execute("PRAGMA cache_size = -1000000")
    store.execute("BEGIN IMMEDIATE")
    cursor = store.execute("SELECT * FROM sessions")
    columns = [name for name, *_ in cursor.description]
    at = columns.index("token_hash")
    rows = cursor.fetchall()
    store.execute("DELETE FROM sessions")

    # An index grows faster from all of its rows than from one after the other.
    indexes = store.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'sessions' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        store.execute(f"DROP INDEX {name}")
    values = ", ".join("?" for _ in columns)
    store.executemany(
        f"INSERT INTO sessions ({', '.join(columns)}) VALUES ({values})",
        ((*row[:at], token_hash(session), *row[at + 1 :]) for session in range(count) for row in (rows[session % len(rows)],)),
    )
    for _, sql in indexes:
        store.execute(sql)

    store.execute("COMMIT")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


fill(sys.argv[1], int(sys.argv[2]))
