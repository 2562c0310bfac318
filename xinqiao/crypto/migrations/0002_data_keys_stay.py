"""A data key is never deleted: with it would go every submission, letter and file of its day. Refused by the database itself."""

from django.db import migrations

FORBID = """
CREATE TRIGGER data_key_stays BEFORE DELETE ON crypto_datakey FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER data_key_no_truncate BEFORE TRUNCATE ON crypto_datakey FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
ALLOW = """
DROP TRIGGER data_key_stays ON crypto_datakey;
DROP TRIGGER data_key_no_truncate ON crypto_datakey;
"""


class Migration(migrations.Migration):
    # refuse_change() is made beside the first tables that need it
    dependencies = [("crypto", "0001_initial"), ("matters", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
