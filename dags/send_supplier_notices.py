"""Mail the notices that were issued, outside the quiet hours of their rules, each address at most once.

* **Inputs**: `governance.notice`; the asset `issued_notices`, and every hour, because quiet hours end between nights;
  the Airflow connection `smtp_default` with `from_email`. Without it nothing is mailed, and the task says so.
* **Outputs**: mails; every attempt and its outcome in `governance.notice_dispatch` and `notice_dispatch_outcome`.
* **On failure**: what was not tried goes out with the next run. An attempt that was interrupted is uncertain and is not
  repeated by itself: `scripts/notices resend NUMBER`.
"""

from __future__ import annotations

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, dag, get_current_context, task

from supplier_sla.orchestration.names import (
    DAG_DEFAULTS,
    HOURLY_CRON,
    ISSUED_NOTICES,
    RUN_PARAMETERS,
    SEND_NOTICES_DAG,
    tags,
)
from supplier_sla.orchestration.run_instant import as_of_of


@dag(
    dag_id=SEND_NOTICES_DAG,
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable(HOURLY_CRON, timezone="UTC"), assets=[ISSUED_NOTICES]),
    params=RUN_PARAMETERS,
    tags=tags(2),
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def send_supplier_notices() -> None:
    @task(doc_md="Hand the letters that may leave now to the mail server, with a record before and after each.")
    def notify_suppliers() -> int:
        from supplier_sla.night.stages import send_notices
        from supplier_sla.orchestration.mail_server import mail_server

        return send_notices(as_of=as_of_of(get_current_context()), open_server=mail_server)

    notify_suppliers()


send_supplier_notices()
