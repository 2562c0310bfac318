"""Who handles: the tree of organisations, the officers in their posts, the users behind them, the content classes.

The tree (B.1, A-04) has two axes: `level` and `line`. Its nested intervals `lft`, `rgt` answer every scope question as an integer
range (architecture 3): a descendant's `lft` lies between its ancestor's `lft` and `rgt`.
"""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from xinqiao.database.composed import Composed
from xinqiao.rules.confidentiality import TERRITORY_ROLES
from xinqiao.rules.stages import LEVELS, Line, Role


class UserManager(BaseUserManager):
    def get(self, *conditions, **values) -> "User":
        """As any manager's; who is signed in is asked with every page (`pk` alone), so that this is composed once."""
        if conditions or list(values) != ["pk"] or not isinstance(values["pk"], int):
            return super().get(*conditions, **values)
        user = _user_of.first(pk=values["pk"])
        if user is None:
            raise User.DoesNotExist
        return user

    def create_user(self, username: str, password: str | None, *, name: str) -> "User":
        """A person who can log in. Posts (Officer) are given separately."""
        user = self.model(username=username, name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A log-in (登录用户). What it may do follows from its posts, never from the user itself."""

    username = models.CharField("用户名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=50)
    is_active = models.BooleanField("启用", default=True)
    one_time_until = models.DateTimeField(
        "一次性密码有效至", null=True, blank=True, help_text="the password was issued; it must be changed at log-in"
    )
    failed_tries = models.IntegerField("上次登录以来失败次数", default=0)
    rights_version = models.IntegerField(default=0, help_text="sessions of an older version have ended (checklist 51)")

    USERNAME_FIELD = "username"
    objects = UserManager()

    def __str__(self) -> str:
        return self.name


_user_of = Composed(lambda pk: User.objects.filter(pk=pk))


class SignIn(models.Model):
    """One session of a user at one device (登录会话); the session knows its row, and ends when the row ends (checklist 51)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    began_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近使用")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_why = models.CharField("结束原因", max_length=20, blank=True)
    means = models.CharField("登录方式", max_length=20, help_text="password, passkey or provider")
    factor = models.CharField(
        "第二步", max_length=20, blank=True, help_text="totp, passkey, recovery or provider; empty: none"
    )
    device = models.CharField("设备", max_length=160, blank=True)
    source = models.CharField(max_length=64, blank=True, help_text="blind index of the address")

    class Meta:
        indexes = [models.Index(fields=["user", "-began_at"])]


class RightsRequest(models.Model):
    """A change of a user or post that one administrator asked for and another decides (三员分立): B.3.

    `before`, `after`: the facts of the change as data, shown side by side to who decides.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待审批"
        APPROVED = "approved", "已同意"
        REFUSED = "refused", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"

    change = models.CharField("事项", max_length=20)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="rights_requests")
    post_id = models.BigIntegerField(null=True, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField("申请理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    decision_reason = models.CharField("审批意见", max_length=200, blank=True)
    password_issued_at = models.DateTimeField("一次性密码发放时间", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-asked_at"])]
        constraints = [
            models.CheckConstraint(
                name="rights_request_not_decided_by_asker",
                condition=models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("asked_by"))
                | models.Q(state="withdrawn"),
            )
        ]


class Organisation(models.Model):
    """An organ or unit (机关、单位): R-2, B.1. `parent` is the government of its area, `parent_line` the organ above in its line."""

    key = models.SlugField("机构编号", max_length=60, unique=True)
    name = models.CharField("名称（与印章一致）", max_length=120)
    short = models.CharField("简称（文号用）", max_length=20)
    level = models.SmallIntegerField("层级", choices=list(LEVELS.items()))
    line = models.CharField("条线", max_length=20, choices=Line.choices())
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    parent_line = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="line_children")
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    lft = models.IntegerField(default=0)
    rgt = models.IntegerField(default=0)
    territory_lft = models.IntegerField(default=0)
    territory_rgt = models.IntegerField(default=0)
    vertically_managed = models.BooleanField("垂直管理", default=False)
    further_instance = models.BooleanField("还有上一级复查复核机关", default=True)
    division_code = models.CharField("行政区划代码", max_length=12)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    public_info = models.JSONField("公开信息", default=dict, blank=True)
    duties = models.JSONField("职责关键词", default=list, blank=True)
    pinyin = models.CharField(max_length=60, blank=True, help_text="first letters, for finding by typing")
    active = models.BooleanField("启用", default=True)

    class Meta:
        indexes = [models.Index(fields=["lft"]), models.Index(fields=["line", "level"])]

    def __str__(self) -> str:
        return self.name

    @property
    def interval(self) -> tuple[int, int]:
        return (self.lft, self.rgt)

    @property
    def territory(self) -> tuple[int, int]:
        """The interval a supervising post of this organisation looks over: a petition office's is its government's area."""
        return (self.territory_lft, self.territory_rgt)

    def is_below(self, other: "Organisation") -> bool:
        return other.lft < self.lft <= other.rgt


class Officer(models.Model):
    """A person in one post (工作人员): organisation and roles. A user may hold several posts."""

    user = models.ForeignKey(User, models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="officers")
    title = models.CharField("职务", max_length=60, blank=True)
    roles = ArrayField(models.CharField(max_length=40), verbose_name="岗位")
    phone = models.CharField("办公电话", max_length=40, blank=True)
    active = models.BooleanField("启用", default=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="officer_one_post", fields=["user", "organisation", "title"])]

    def __str__(self) -> str:
        return f"{self.user.name}（{self.organisation.name}）"

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def role_set(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles)

    def may(self, *roles: Role) -> bool:
        return bool(self.role_set & set(roles))

    @property
    def scope(self) -> tuple[int, int]:
        """Interval of desks this post may read: its own organisation, or the whole territory for supervising roles (B.3)."""
        if self.role_set & TERRITORY_ROLES:
            return self.organisation.territory
        return (self.organisation.lft, self.organisation.lft)


class ContentClass(models.Model):
    """One node of the content classification (内容分类, three levels): C.6. Official codes are unknown, hence nullable."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.SmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    official_code = models.CharField(max_length=12, null=True, blank=True)
    version = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
