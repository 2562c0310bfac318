"""What Django does not say to PostgreSQL by itself: words against the index, an array of keys, a text inside a text."""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import BigAutoField, BigIntegerField, Lookup, TextField


@SearchVectorField.register_lookup
class Fits(Lookup):
    """`words__fits=text`: matches a tsquery that is complete already. No configuration of PostgreSQL has a part in it."""

    lookup_name = "fits"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, params = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", [*params, self.rhs]


@BigAutoField.register_lookup
@BigIntegerField.register_lookup
class Among(Lookup):
    """`pk__among=[…]`: one array instead of a thousand parameters, which took longer to compose than to look up.

    The planner does not see how many there are, and looks each up by its key; told of a thousand, it read a whole office's desks.
    """

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(ARRAY(SELECT unnest(%s::bigint[])))", [*params, list(self.rhs)]


@BigAutoField.register_lookup
@BigIntegerField.register_lookup
class AmongRows(Lookup):
    """`pk__among_rows=rows.values("pk")`: one of the few that another query finds. It is asked first, once, and each is then looked up by its
    key; as `pk__in`, inside an OR, it is held against every row of the widest part of the OR."""

    lookup_name = "among_rows"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY{right})", [*left_params, *right_params]


@TextField.register_lookup
class Holds(Lookup):
    """`petition__holds=text`: the text stands in it, letter by letter, without patterns."""

    lookup_name = "holds"

    def as_sql(self, compiler, connection):
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"strpos({left}, {right}) > 0", [*left_params, *right_params]
