-- Grain: one row per notice that was issued, with the hash of its letter
select
    notices.*,
    letters.sha256 as letter_sha256
from {{ source('governance', 'notice') }} as notices
left join {{ source('governance', 'notice_letter') }} as letters
    on
        notices.notice_number = letters.notice_number
        and letters.file_position = 1
