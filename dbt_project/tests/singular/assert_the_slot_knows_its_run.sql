-- Without as_of and a watermark every model would be empty and every other check would pass.
select count(*) as row_count
from {{ ref('stg_ops__run') }}
where as_of is not null and delivery_watermark is not null
having count(*) <> 1
