"""Under which setting personal values were let in, `ops.personal_setting`: one warehouse, one setting.

Rows are known again by the hash of their content, and events without a name are named by it. Under another setting or
secret a row delivered again would count as a new one, an event even twice.
"""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.personal.values import PERSONAL_VARIABLE, SECRET_FILE, PersonalData


class PersonalSettingChanged(SupplierSlaError):
    """Rows were let in under another setting or secret than the present one."""


def record_setting(cursor: Cursor, personal: PersonalData, *, as_of: datetime, run_id: str) -> None:
    """Put the setting on record as long as no row has been let in; from then on make sure that it is the same.

    Raises:
        PersonalSettingChanged: it is not.
    """
    if _recorded(cursor) == (personal.setting, personal.secret_fingerprint):
        return
    cursor.execute("select exists (select from ops.delivery where rows_loaded + rows_quarantined > 0)")
    if (cursor.fetchone() or (True,))[0]:
        require_setting(cursor, personal)
    cursor.execute(
        "insert into ops.personal_setting (setting, secret_fingerprint, as_of, run_id) values (%s, %s, %s, %s)",
        (personal.setting, personal.secret_fingerprint, as_of, run_id),
    )


def require_setting(cursor: Cursor, personal: PersonalData) -> None:
    """Make sure that rows are let in under the setting on record.

    Raises:
        PersonalSettingChanged: they would not be.
    """
    setting, fingerprint = _recorded(cursor)
    if setting != personal.setting:
        raise PersonalSettingChanged(
            PERSONAL_VARIABLE,
            expected=repr(setting) if setting else "nothing (every value is kept), as when the rows so far came in",
            found=repr(personal.setting) if personal.setting else "nothing",
            next_step="set it back, or begin a new warehouse with the new setting and the same landing folder",
        )
    if fingerprint != personal.secret_fingerprint:
        raise PersonalSettingChanged(
            f"{SECRET_FILE} in the home folder",
            expected="the secret under which the rows so far came in",
            found="another one",
            next_step="put the file back from the backup of the home folder",
        )


def _recorded(cursor: Cursor) -> tuple[str, str]:
    """Nothing on record is the default: everything is kept."""
    cursor.execute(
        "select setting, secret_fingerprint from ops.personal_setting order by personal_setting_id desc limit 1"
    )
    setting, fingerprint = cursor.fetchone() or ("", "")
    return str(setting), str(fingerprint)
