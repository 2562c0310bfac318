"""Learn the content classes from the office's own decided petitions, now rather than at night.

从本机构已决定分类的信访件训练分类模型。检举控告和限制知悉的件不参加训练。检验结果不低于正在使用的版本，新版本才启用；--dry-run 只看结果，不保存。
"""

import argparse
import sys

from xinqiao import cli, database

HELP = "训练分类模型 · learn content classes from decided petitions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="只训练和检验，不保存，不启用")


def run(args: argparse.Namespace) -> int:
    """0 when trained, 1 when there is too little to learn from, 3 without the extra `text`."""
    with database.available():
        cli.start_django()
        from django.utils import timezone

        from xinqiao.analysis import classifying, training

        if not classifying.can_learn():
            print(
                "缺少 numpy、scipy。请安装附加组件：pip install 'xinqiao[text]'；没有它时按关键词提出建议。",
                file=sys.stderr,
            )
            return cli.ENVIRONMENT
        print("正在训练，大约要一两分钟……", file=sys.stderr, flush=True)
        try:
            trained = training.train(at=timezone.now(), by="command", save=not args.dry_run)
        except training.NotEnough as error:
            print(error, file=sys.stderr)
            return cli.FAILED
        for line in _lines(trained, args.dry_run):
            print(line)
    return cli.OK


def _lines(trained, dry_run: bool) -> list[str]:
    version, new, old = trained.version, trained.version.scores, trained.version.compared
    said = "只是试算，没有保存。" if dry_run else f"版本{version.pk}：{trained.why}"
    return [
        f"用{version.matters}件训练，用{version.held_out}件检验。",
        f"一级分类宏平均 F1：{new['macro_f1']:.3f}（正在使用的：{old['macro_f1']:.3f}）",
        f"最有把握的八成，一级分类正确：{new['accuracy_of_sure']:.1%}；到所建议的一级都正确：{new['exact']:.1%}（正在使用的：{old['exact']:.1%}）",
        said,
    ]
