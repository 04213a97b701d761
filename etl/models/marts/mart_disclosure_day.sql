-- What was published of the office's own accord, by the day of publication.
select
    published_on as day,
    department,
    disclosure_kind,
    disclosure_category,
    publish_channel,
    count(*) as published,
    cast(sum(entries) as bigint) as entries,
    count(case when is_timed then 1 end) as timed,
    count(case when is_timed and is_in_time then 1 end) as in_time
from fact_disclosure
where published_on is not null
group by published_on, department, disclosure_kind, disclosure_category, publish_channel
