-- Results sent by express (EMS), by the day sent: sent, received, and how many days lay between. express_days is -1 until received.
select
    sent_on as day,
    department,
    channel,
    item_code,
    item_name,
    coalesce(express_days, -1) as express_days,
    count(*) as sent,
    count(case when is_delivered then 1 end) as delivered,
    cast(coalesce(sum(express_days), 0) as bigint) as days_taken
from fact_application
where is_sent
group by sent_on, department, channel, item_code, item_name, coalesce(express_days, -1)
