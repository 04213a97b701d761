-- materialize: view
-- 主动公开: one row a publication that is not deleted. In time: within the rule's working days after the day the document was made.
select
    d.doc_no,
    coalesce(d.disclosure_kind, '') as disclosure_kind,
    coalesce(d.disclosure_category, '') as disclosure_category,
    coalesce(d.department, '') as department,
    coalesce(d.publish_channel, '') as publish_channel,
    d.made_on,
    d.published_on,
    coalesce(d.entries, 0) as entries,
    d.made_on is not null and r.limit_count is not null as is_timed,
    coalesce(case when r.limit_unit = 'day' then p.day_number - m.day_number else p.ordinal - m.ordinal end <= r.limit_count, false) as is_in_time
from raw_disclosure d
left join ref_calendar m
    on d.made_on = m.day
left join ref_calendar p
    on d.published_on = p.day
left join ref_answer_rule r
    on r.kind = 'publication'
    and d.made_on >= r.valid_from
    and d.made_on < r.valid_to
where coalesce(d.sync_operation, 'I') <> 'D'
