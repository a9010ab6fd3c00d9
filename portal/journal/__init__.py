"""What happened, and who is told: the hash-chained journal (hendelseslogg) and the outbox of mail.

Invariants
- An entry is written in the same transaction as what it tells about: no entry, no change (AD-1).
- Entries are never edited or deleted; triggers in the database refuse it (AD-5). Each carries the hash of the one before it
  in its chain, one chain per municipality and one called *global* for what belongs to none (AD-2, AD-3).
- Names and other personal values lie in a table beside the chain, which holds only their salted hashes, so that a value can
  be erased and the chain still holds (AD-6).
- A mail is a row written with its cause, sent afterwards by the worker, once per `dedupe` key (CC-5). When mail is down the
  row waits, nothing that was decided fails, and staff see «ikke sendt ennå» (DG-3).

An entry is a verb with parameters; its sentence is made when somebody reads it, from the words that each area registers for
its own verbs (`rules.register_sentences`). A secret that a mail must carry is never kept: it is derived from the
application's key when the mail is written (`rules.derived_secret`).
"""
