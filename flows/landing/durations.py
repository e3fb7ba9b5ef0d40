"""SQL expressions that read hours of headache: a number in the declared unit, or a text that names its units itself."""

NUMBER_OF = r"\d+(?:[.,]\d+)?"
# 4h 15m, 4 h, 90 min, 1.5 hours
NAMED = rf"(?:({NUMBER_OF}) ?(?:h|hr|hrs|hour|hours|std|stunde|stunden))? ?(?:({NUMBER_OF}) ?(?:m|min|mins|minute|minutes|minuten))?"
CLOCK = r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?"  # hours, minutes, seconds
ISO = rf"pt(?:({NUMBER_OF})h)?(?:({NUMBER_OF})m)?(?:({NUMBER_OF})s)?"  # ISO 8601: PT4H15M
PER_HOUR = {"hours": "", "minutes": " / 60", "day_fraction": " * 24"}


def hours_of(text: str, number: str, unit: str) -> str:
    """Hours; null where the text is neither a number nor a duration. ``number`` is the text as a number, null if it is
    none. A unit ``h:mm`` has no bare numbers but 0: 2.30 may be two and a half hours or two and a third."""
    alone = f"CASE WHEN {number} = 0 THEN {number} END" if unit == "h:mm" else f"{number}{PER_HOUR[unit]}"
    lower = f"lower({text})"
    cases = "".join(
        f" WHEN length({lower}) > {least} AND regexp_full_match({lower}, '{pattern}') THEN {_sum(lower, pattern)}"
        for pattern, least in ((CLOCK, 3), (NAMED, 1), (ISO, 3))
    )
    return f"CASE WHEN {number} IS NOT NULL THEN {alone}{cases} END"


def _sum(text: str, pattern: str) -> str:
    def part(group: int) -> str:
        found = f"replace(regexp_extract({text}, '{pattern}', {group}), ',', '.')"
        return f"coalesce(TRY_CAST({found} AS DOUBLE), 0)"

    parts = [part(1), f"{part(2)} / 60"]
    if pattern != NAMED:
        parts.append(f"{part(3)} / 3600")
    return " + ".join(parts)
