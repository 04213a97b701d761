"""Cleaning as SQL macros: what text of an export means as a time, a number, a yes or no, and check digits.

They are temporary, made anew on each connection. Each gives NULL for what it does not understand, which the caller
turns into a refusal: nothing is guessed. The usual form comes first in a CASE, whose branches DuckDB computes only for
the rows that need them; in a COALESCE it would compute what they share for every row (15 times dearer).
"""

import duckdb

# Full-width digits, letters, marks of dates and numbers, and the ideographic space.
_FULL = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_HALF = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)) + " "
# In running text only digits, letters and the space are narrowed; （ ） ， ： are Chinese punctuation there.
_TEXT_FULL = "".join(c for c, half in zip(_FULL, _HALF, strict=True) if half.isalnum() or half == " ")
_TEXT_HALF = "".join(" " if c == "\u3000" else chr(ord(c) - 0xFEE0) for c in _TEXT_FULL)

_BLANKS = " \t\n\r\u00a0\u3000\ufeff"
# Blanks other than the plain space; where a file has none of them, the cheaper `space_to_null` says the same as `blank_to_null`.
RARE_BLANKS = _BLANKS[1:]

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def _id_parts() -> str:
    """The weighted sum of the first 17 digits by looking up three digits at a time (a third of the cost of one at a time)."""
    return " + ".join(
        f"list_extract(getvariable('id_sums_{start}'), try_cast(substr(x, {start + 1}, {min(3, 17 - start)}) as integer) + 1)"
        for start in range(0, 17, 3)
    )


MACROS = f"""
create or replace temp macro blank_to_null(x) as nullif(trim(x, '{_BLANKS}'), '');
create or replace temp macro space_to_null(x) as
    case when prefix(x, ' ') or suffix(x, ' ') then blank_to_null(x) else nullif(x, '') end;
create or replace temp macro half_width(x) as case
    when strlen(x) = length(x) then trim(x)
    when not regexp_matches(x, '[\uff01-\uff5e\u3000]') then trim(x)
    else trim(translate(x, '{_FULL.replace("'", "''")}', '{_HALF.replace("'", "''")}')) end;
create or replace temp macro half_width_text(x) as case
    when strlen(x) = length(x) then trim(x)
    when not regexp_matches(x, '[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]') then trim(x)
    else trim(translate(x, '{_TEXT_FULL}', '{_TEXT_HALF}')) end;
create or replace temp macro ymd_time(y) as case
    when regexp_full_match(y, '\\d{{4}}[-/.]\\d{{1,2}}[-/.]\\d{{1,2}}([T ]+\\d{{1,2}}:\\d{{1,2}}(:\\d{{1,2}}([.]\\d+)?)?)?')
    then try_cast(regexp_replace(regexp_replace(y, '^(\\d{{4}})[-/.](\\d{{1,2}})[-/.]', '\\1-\\2-'), '[T ]+', ' ') as timestamp)
end;
create or replace temp macro chinese_time(y) as ymd_time(trim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    y, '^(\\d{{4}})\\s*年\\s*(\\d{{1,2}})\\s*月\\s*(\\d{{1,2}})\\s*日?\\s*', '\\1-\\2-\\3 '),
    '(\\d{{1,2}})\\s*[时点]\\s*(\\d{{1,2}})\\s*分\\s*(\\d{{1,2}})\\s*秒$', '\\1:\\2:\\3'),
    '(\\d{{1,2}})\\s*[时点]\\s*(\\d{{1,2}})\\s*分?$', '\\1:\\2'), '(\\d{{1,2}})\\s*[时点]\\s*整?$', '\\1:00')));
create or replace temp macro compact_time(y) as case
    when regexp_full_match(y, '\\d{{8}}') then try_strptime(y, '%Y%m%d')
    when regexp_full_match(y, '\\d{{8}}T?\\d{{6}}') then try_strptime(replace(y, 'T', ''), '%Y%m%d%H%M%S')
    when regexp_full_match(y, '\\d{{8}}T\\d{{4}}') then try_strptime(y, '%Y%m%dT%H%M')
    when regexp_full_match(y, '\\d{{8}}[T ]?\\d{{2}}:\\d{{2}}:\\d{{2}}') then try_strptime(regexp_replace(y, '[T ]', ''), '%Y%m%d%H:%M:%S')
    when regexp_full_match(y, '\\d{{8}}[T ]?\\d{{2}}:\\d{{2}}') then try_strptime(regexp_replace(y, '[T ]', ''), '%Y%m%d%H:%M')
end;
create or replace temp macro serial_time(y) as case
    when regexp_full_match(y, '[2-7]\\d{{4}}([.]\\d+)?')
    then timestamp '1899-12-30' + to_seconds(cast(round(cast(y as double) * 86400) as bigint))
end;
create or replace temp macro offset_time(y, minutes) as case
    when regexp_full_match(y, '\\d{{4}}-?\\d{{2}}-?\\d{{2}}[T ]\\d{{2}}.*(Z|z|[+-]\\d{{2}}(:?\\d{{2}})?)')
    then coalesce(
            ymd_time(trim(regexp_replace(y, '(Z|z|[+-]\\d{{2}}(:?\\d{{2}})?)$', ''))),
            compact_time(trim(regexp_replace(y, '(Z|z|[+-]\\d{{2}}(:?\\d{{2}})?)$', ''))))
        + to_minutes(minutes - case when y[-1] in ('Z', 'z') then 0 else
            (case when regexp_extract(y, '([+-])\\d{{2}}(:?\\d{{2}})?$', 1) = '-' then -1 else 1 end)
            * (60 * cast(regexp_extract(y, '[+-](\\d{{2}})(:?\\d{{2}})?$', 1) as integer)
                + coalesce(try_cast(regexp_extract(y, '[+-]\\d{{2}}:?(\\d{{2}})$', 1) as integer), 0)) end)
end;
create or replace temp macro other_time(y, minutes) as
    case when ymd_time(y) is not null then ymd_time(y)
    else coalesce(compact_time(y), offset_time(y, minutes), chinese_time(y), serial_time(y)) end;
create or replace temp macro known_time(t) as case when t between timestamp '1900-01-01' and timestamp '2100-12-31' then t end;
create or replace temp macro to_time(x, minutes) as case
    when strlen(x) = 19 and x like '____-__-__ __:__:__' then try_cast(x as timestamp)
    when length(x) = 19 and x[5] in ('-', '/') and x[14] = ':' and x[17] = ':' then try_cast(x as timestamp)
    when length(x) = 10 and x[5] in ('-', '/') and x[8] in ('-', '/') then try_cast(x as timestamp)
    when length(x) = 16 and x[5] in ('-', '/') and x[14] = ':' then try_cast(x as timestamp)
    -- Bound to a name: written out in each place of the macro it would be some thirty expressions to prepare.
    else list_transform([half_width(x)], lambda y: other_time(y, minutes))[1]
end;
create or replace temp macro to_integer(x) as case
    when regexp_full_match(x, '\\d{{1,18}}') then try_cast(x as bigint)
    when regexp_full_match(half_width(x), '[+-]?\\d{{1,18}}([.]0+)?') then try_cast(try_cast(half_width(x) as decimal(38, 4)) as bigint)
end;
create or replace temp macro to_decimal(x) as case
    when regexp_full_match(half_width(x), '[+-]?(\\d+|\\d{{1,3}}(,\\d{{3}})+)([.]\\d+)?')
    then try_cast(replace(half_width(x), ',', '') as decimal(16, 2))
end;
create or replace temp macro to_boolean(x) as case
    when lower(half_width(x)) in ('1', 'true', '是', 'y', 'yes', '有', '√', '已') then true
    when lower(half_width(x)) in ('0', 'false', '否', 'n', 'no', '无', '×', '未') then false
end;
create or replace temp macro valid_id_number(x) as case when x is null then true
    when length(x) <> 18 then false
    else coalesce(substr('10X98765432', ({_id_parts()}) % 11 + 1, 1) = upper(substr(x, 18, 1)), false) end;
create or replace temp macro valid_uscc(x) as case when x is null then true
    when not regexp_full_match(x, '[{_USCC_ALPHABET}]{{18}}') then false
    else (31 - ({" + ".join(f"(instr('{_USCC_ALPHABET}', x[{i + 1}]) - 1) * {w}" for i, w in enumerate(_USCC_WEIGHTS))}) % 31) % 31
        = instr('{_USCC_ALPHABET}', x[18]) - 1 end;
"""


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros and the tables of sums that the check of ID numbers looks up (GB 11643-1999, GB 32100-2015)."""
    for start in range(0, 17, 3):
        weights = _ID_WEIGHTS[start : start + 3]
        sums = [
            sum(int(digit) * weight for digit, weight in zip(f"{n:0{len(weights)}d}", weights, strict=True))
            for n in range(10 ** len(weights))
        ]
        con.execute(f"set variable id_sums_{start} = ?", [sums])
    con.execute(MACROS)
