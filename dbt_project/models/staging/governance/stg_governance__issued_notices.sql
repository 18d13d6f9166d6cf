-- Grain: one row per notice that an earlier run issued, with the hash of its letter
-- What this run itself is about to issue is not known to it: building the same night again says the same.
select
    notices.*,
    letters.sha256 as letter_sha256
from {{ source('governance', 'notice') }} as notices
cross join {{ ref('stg_ops__run') }} as run
left join {{ source('governance', 'notice_letter') }} as letters
    on
        notices.notice_number = letters.notice_number
        and letters.file_position = 1
where notices.issued_at < run.as_of
