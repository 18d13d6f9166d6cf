-- A number that is missing would be a letter that nobody can show.
select
    max(notice_number) as highest,
    count(*) as letters
from {{ ref('stg_governance__issued_notices') }}
having max(notice_number) <> count(*)
