"""Make, list and disable the programs that may call us: `xinqiao apiclient create 12345热线`."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from xinqiao.api import clients
from xinqiao.api.models import SUBMISSIONS_A_MINUTE, ApiClient
from xinqiao.organisations.models import Organisation


class Command(BaseCommand):
    help = "管理接口客户端 · programs that may call the interface"

    def add_arguments(self, parser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="新建，令牌只显示一次 · new client; the token is shown once")
        create.add_argument("name", help="名称，最多60个字")
        create.add_argument("--organisation", metavar="KEY", help="由哪个机关运行（机构编号）")
        create.add_argument("--rate", type=int, default=SUBMISSIONS_A_MINUTE, metavar="N", help="每分钟最多几次")
        create.add_argument("--json", action="store_true")
        listing = acts.add_parser("list", help="列出 · all clients")
        listing.add_argument("--json", action="store_true")
        acts.add_parser("disable", help="停用，立即生效 · no more calls, at once").add_argument("name")

    def handle(self, *args, **options) -> None:
        getattr(self, f"_{options['act']}")(options)

    def _create(self, options: dict) -> None:
        name = options["name"].strip()
        if not 1 <= len(name) <= 60:
            raise CommandError("名称应为1到60个字。")
        if options["rate"] < 1:
            raise CommandError("--rate 至少为1。")
        if ApiClient.objects.filter(name=name).exists():
            raise CommandError(f"已经有名为“{name}”的客户端。令牌丢了，请停用它，再用新的名称新建。")
        organisation = self._organisation(options["organisation"])
        client, token = clients.create(name, at=timezone.now(), organisation=organisation, rate=options["rate"])
        if options["json"]:
            self.stdout.write(json.dumps({"name": client.name, "token": token}, ensure_ascii=False))
        else:
            self.stdout.write(f"已新建“{client.name}”。令牌只显示这一次，请妥善保存：\n{token}")

    def _list(self, options: dict) -> None:
        rows = [
            {
                "name": client.name,
                "organisation": client.organisation.name if client.organisation else None,
                "active": client.active,
                "rate_per_minute": client.rate_per_minute,
                "created_at": client.created_at.isoformat(),
            }
            for client in ApiClient.objects.select_related("organisation").order_by("name")
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            state = "启用" if row["active"] else "停用"
            self.stdout.write(f"{row['name']}  {state}  每分钟{row['rate_per_minute']}次  {row['organisation'] or '-'}")
        if not rows:
            self.stdout.write("还没有客户端。请用 xinqiao apiclient create 名称 新建。")

    def _disable(self, options: dict) -> None:
        if not ApiClient.objects.filter(name=options["name"].strip()).update(active=False):
            raise CommandError(f"没有名为“{options['name']}”的客户端。请用 xinqiao apiclient list 查看。")
        self.stdout.write(f"已停用“{options['name'].strip()}”。")

    def _organisation(self, key: str | None) -> Organisation | None:
        if not key:
            return None
        try:
            return Organisation.objects.get(key=key)
        except Organisation.DoesNotExist:
            raise CommandError(f"没有机构编号“{key}”。") from None
