"""One drug's name with what may stand beside it: found in the list, or not."""

from flows.study.medication_models import Drug, Medication
from flows.study.medication_text import Token, key_of


def drug_of(tokens: list[Token], medication: Medication, is_part: bool = False) -> Drug | None:
    """The drug whose name this is, as written or without what may be left out."""
    names, words = medication.names, medication.words
    if found := _as_written(tokens, medication):
        return found
    if is_unread(tokens, medication) or not is_direct(tokens, "/", medication):
        return None
    # The strengths of a part stand behind the last: they are looked at when all parts are known.
    beside = [token for token in tokens if not (is_part and token.kind == "pair")]
    kept = [token for token in tokens if not may_go(token, medication)]
    found = names.get(key_of(kept))
    if found is None:
        bare = names.get(key_of([token for token in kept if token.text not in words.after_substance]))
        found = bare if bare and bare.is_substance else None
    return found if found and _fits(found, beside, medication) else None


def _as_written(tokens: list[Token], medication: Medication) -> Drug | None:
    """A name that holds a number or a form itself ("Voltaren 50 mg", "BC Powder"), among others that may go."""
    start, end = 0, len(tokens)
    while start < end and may_go(tokens[start], medication):
        start += 1
    while start < end:
        if found := medication.names.get(key_of(tokens[start:end])):
            is_meant = not is_unread(tokens, medication) or is_unread(tokens[start:end], medication)
            return found if is_meant and _fits(found, tokens[:start] + tokens[end:], medication) else None
        if not may_go(tokens[end - 1], medication):
            return None
        end -= 1
    return None


def _fits(drug: Drug, beside: list[Token], medication: Medication) -> bool:
    """Whether what stands beside a name goes with the drug: two strengths with two substances, no form that acts locally."""
    # "paracetamol 30/500" is not paracetamol alone.
    if len(drug.substances) < 2 and any(token.kind == "pair" for token in beside):
        return False
    return not any(token.text in getattr(medication.words, form) for form in drug.local_forms for token in beside)


def is_direct(tokens: list[Token], joins: str, medication: Medication) -> bool:
    """Whether these joins stand between words of names, with no dose between."""
    sides = [
        beside
        for place, token in enumerate(tokens)
        if token.kind == "join" and token.text in joins
        for beside in (tokens[:place][-1:], tokens[place + 1 :][:1])
    ]
    return all(beside and beside[0].kind == "word" and not may_go(beside[0], medication) for beside in sides)


def may_go(token: Token, medication: Medication) -> bool:
    return token.kind in ("dose", "pair", "join") or (token.kind == "word" and token.text in medication.words.left_out)


def is_unread(tokens: list[Token], medication: Medication) -> bool:
    texts = tuple(token.text for token in tokens if token.kind != "join")
    return any(
        texts[place : place + len(sequence)] == sequence
        for place, text in enumerate(texts)
        for sequence in medication.unread.get(text, ())
    )
