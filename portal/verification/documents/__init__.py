"""The words of a verdict: sentences about figures (`sentences`), reasons (`reasons`) and checks (`checks`), in the reader's language.

`FILTERS` are given to the templates by the factory, so that a page needs nothing but the assessment.
"""


from portal.verification.documents.checks import check_name, flag_words
from portal.verification.documents.reasons import reason_words
from portal.verification.documents.sentences import amount, month_list, plate, sentence, share_words

FILTERS = {
    "verdict_sentence": sentence,
    "reason_words": reason_words,
    "flag_words": flag_words,
    "check_name": check_name,
    "plate": plate,
    "amount": amount,
    "month_list": month_list,
}

__all__ = ["FILTERS", "amount", "check_name", "flag_words", "month_list", "plate", "reason_words", "sentence", "share_words"]
