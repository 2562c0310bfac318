"""Put the messages of a file into groups, each on one matter. For analysis: nothing is joined by it (DU-7).

文件的列与 similar 相同。结果为 msg_id, cluster：同一事项的信件编号相同，没有相同事项的自成一组。
"""

import argparse

from xinqiao import cli

from . import similar

HELP = "把文件里反映同一事项的信件归为一组 · group messages by matter"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    similar.add_files(parser, "CLUSTERS.csv")


def run(args: argparse.Namespace) -> int:
    """0 when written; 2 for a file that cannot be read."""
    from xinqiao.analysis.text import grouping

    messages = similar.read_or_say(args.file)
    if messages is None:
        return cli.USAGE
    numbers = grouping.clusters(messages)
    similar.write(args.out, ("msg_id", "cluster"), zip((one.id for one in messages), numbers, strict=True))
    return cli.OK
