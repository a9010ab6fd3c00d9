"""Who exists, who acts for whom, and the ways in.

Invariants
- A person is known by an e-mail address and has no password. She acts for an organisation through a *membership* with roles,
  within dates; what she may do follows from that, looked up at every request (SE-6).
- There is one way in, `service.sign_in` (AU-1): one-time link, six-digit code, the demo's roles and the first
  administrator's link all end there, each with issuer, subject and acr. Another issuer (OIDC) is one more caller.
- A one-time link is bound to its e-mail, used once, by POST, and dies after 30 minutes; the table holds only hashes (AU-3).
  Link and code are derived from the application's key, so that not even the outbox holds them.
- Asking for a link does the same work and gives the same answer for every address: the looking up happens in the worker,
  out of the asker's sight (AU-4).
- Organisations are shared by all municipalities. So a municipality may register a supplier and its first person; after that
  the supplier's own people decide who acts for it.
"""
