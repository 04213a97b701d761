"""Personal data on its way out: how each kind of field is masked, as SQL."""

from etl.records import Contract, ContractField

# 2 characters 张*; 3 and more keep first and last (张*明). Organisations are public and stay whole.
ORGANISATION = "公司|厂|店|中心|局|所|院|校|社|会|部|站|委|办|政府|银行|集团|合作社"


def masked_person(column: str) -> str:
    """SQL of a person's name masked."""
    return (
        f"case when length({column}) <= 1 then '*' when length({column}) = 2 then substr({column}, 1, 1) || '*' "
        f"else substr({column}, 1, 1) || repeat('*', length({column}) - 2) || substr({column}, -1, 1) end"
    )


def masked_name(column: str) -> str:
    """SQL of a masked name. What can only be an organisation is given in full: by its words, and too long for a person (王会, 李社明)."""
    return (
        f"case when {column} is null then null "
        f"when length({column}) >= 5 and regexp_matches({column}, '({ORGANISATION})') then {column} else {masked_person(column)} end"
    )


def masked(field: ContractField) -> str:
    """SQL expression of a field as it may be shown: by domain practice for screens, text with no pattern of a person left out."""
    name = field.name
    if field.personal is None:
        return name
    if field.personal == "name":
        return masked_name(name)
    if field.personal == "id_number":
        # What the warehouse holds is the area, a mark and a hash (etl/ingest/pseudonym.py); shown is the area.
        return f"case when {name} is null then null else regexp_extract({name}, '^[0-9]{{0,4}}') || repeat('*', 14) end"
    if field.personal == "phone":
        tail = f"case when length({name}) >= 11 then substr({name}, -4, 4) else '' end"
        return f"case when {name} is null then null else substr({name}, 1, 3) || '****' || {tail} end"
    if field.personal == "secret":
        return f"case when {name} is null then null else substr({name}, 1, greatest(length({name}) - 4, 0)) || '****' end"
    if field.personal == "address":
        return f"case when {name} is null then null else regexp_extract({name}, '^.*?(镇|乡|街道|区|县|市)', 0) || '…' end"
    return f"regexp_replace(regexp_replace({name}, '\\d{{15,17}}[0-9Xx]', '******', 'g'), '1\\d{{10}}', '***********', 'g')"


def masked_columns(record: Contract) -> str:
    """The select list of a record type's canonical fields, masked."""
    return ", ".join(f"{masked(field)} as {field.name}" for field in record.fields)
