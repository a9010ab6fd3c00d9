"""The verdicts: what is read (`material`), what is answered (`verdicts`), how thresholds hold (`thresholds`), and `judge`. Pure."""

from portal.journal.rules import register_sentences
from portal.verification.rules.judging import RULES_VERSION, judge
from portal.verification.rules.material import Declared, Demand, Dispensation, File, Material, PinMaterial, Step
from portal.verification.rules.verdicts import Assessment, Outcome, PartVerdict, PinVerdict, proposal

__all__ = [
    "RULES_VERSION",
    "Assessment",
    "Declared",
    "Demand",
    "Dispensation",
    "File",
    "Material",
    "Outcome",
    "PartVerdict",
    "PinMaterial",
    "PinVerdict",
    "Step",
    "judge",
    "proposal",
]

register_sentences({"report.verified": "{who} regnet ut resultatet av {no}. innsending: {met} av {requirements} krav oppfylt"})
