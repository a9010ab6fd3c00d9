"""Statistics: what the municipality can say in public about how its requirements are kept.

Reads frozen results only (`verification.Result`), so a figure can never change because somebody edited a text. Every figure
names its method, unit and period; a report that is not approved yet is shown as such. Charts are drawn from the same rows
as the table beside them: who cannot see the one reads the other.
"""
