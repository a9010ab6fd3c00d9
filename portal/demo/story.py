"""The story of Nidvik, told by calling the real services as its people, in the order of the river and at their dates.

Each chapter sets the clock and does what the people did that day. What the kinds and areas of this version cannot carry yet
(the register, letters, grants) is left out; nothing is written past the services.
"""

from __future__ import annotations

from datetime import date, timedelta

from portal.agreements import service as agreements
from portal.agreements.models import Agreement
from portal.catalogue import access as catalogue_access
from portal.catalogue import service as catalogue
from portal.demo import fleets, world
from portal.demo.telling import Answers, Telling
from portal.deviations import service as deviations
from portal.foundation import clock
from portal.foundation.actor import SYSTEM
from portal.foundation.db import unit_of_work
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.review import service as review


class Story(Telling):
    """The chapters, in order."""

    def tell(self) -> None:
        with self.app.app_context():
            self.people_and_catalogue()
            self.contracts()
            self.taxi()
            self.other_suppliers()
            self.construction()
            self.running_period()

    # -------------------------------------------------------- the beginning

    def people_and_catalogue(self) -> None:
        with clock.at("2023-01-09T09:00"), unit_of_work():
            buyer = identity.create_organisation(SYSTEM, orgnr=world.BUYER[0], name=world.BUYER[1], kind="buyer")
            for key, (orgnr, name) in world.SUPPLIERS.items():
                self.organisations[key] = identity.create_organisation(SYSTEM, orgnr=orgnr, name=name, kind="supplier")
            for key, (name, local, title, roles) in world.STAFF.items():
                person = identity.create_person(SYSTEM, email=f"{local}@nidvik.example", name=name)
                self.people[key] = person
                self.actors[key] = identity_access.actor_for(identity.add_membership(SYSTEM, person, buyer, roles, title=title))
            for key, (supplier, name, email, title, roles) in world.SUPPLIER_PEOPLE.items():
                person = identity.create_person(SYSTEM, email=email, name=name)
                self.people[key] = person
                self.actors[key] = identity_access.actor_for(identity.add_membership(SYSTEM, person, self.organisations[supplier], roles, title=title))
        with clock.at("2023-01-10T10:00"), unit_of_work():
            catalogue.install_standard(self.actors["siri"])

    def contracts(self) -> None:
        for card in world.AGREEMENTS:
            signed = max(card.starts_on - timedelta(days=20), date(2023, 1, 16))
            with clock.at(f"{signed}T10:00"), unit_of_work():
                self.agreements[card.key] = self._contract(card)
        with clock.at("2024-08-05T09:00"), unit_of_work():
            agreements.end(self.actors["berit"], self._agreement("skyss-gammel"))
        with clock.at("2025-06-20T13:00"), unit_of_work():
            self._taxi_waiver()

    def _contract(self, card: world.AgreementCard) -> Agreement:
        adviser = self.actors[card.adviser]
        agreement = agreements.create_agreement(
            adviser,
            number=card.number,
            title=card.title,
            kind=card.kind,
            category=card.category,
            starts_on=card.starts_on,
            ends_on=card.ends_on,
            annual_value_nok=card.value_nok,
            unit=card.unit,
            case_number=card.case_number,
            option_on=card.option_on,
            option_note=card.option_note,
        )
        parties = {}
        for key in card.suppliers:
            name, email = world.SUPPLIER_PEOPLE[world.SIGNERS[key]][1:3]
            parties[key] = agreements.add_party(adviser, agreement, self.organisations[key], contact_name=name, contact_email=email)
        for key, duty in (("ingrid", "controller"), ("jonas", "deputy"), ("tone", "contract_manager"), (card.adviser, "adviser"), ("steinar", "owner")):
            agreements.assign(adviser, agreement, self.people[key], duty)
        for pinned in card.pinned:
            if not pinned.code:
                agreements.pin_own(adviser, agreement, title=pinned.title, text=pinned.text, clause_reference=pinned.clause, frequency=pinned.frequency or "annual")
                continue
            version = catalogue_access.version_for(adviser.organisation_id, pinned.code)
            pin = agreements.pin(
                adviser, agreement, version, clause_reference=pinned.clause, frequency=pinned.frequency, sanction_text=pinned.sanction, notice_days=pinned.notice_days
            )
            for promise in pinned.promises:
                agreements.add_promises(adviser, pin, parties[promise.supplier], list(promise.steps))
        agreements.activate(adviser, agreement)
        return agreement

    def _taxi_waiver(self) -> None:
        """The municipality's own waiver for Stødig's last five cars, to 31 December 2025; and the county's exemption, which is another thing."""
        agreement = self._agreement("drosje")
        party = self._party("drosje", "stodig")
        plates = "QD10018 QD10019 QD10020 QD10021 QD10022"
        for code in ("DRO-01", "DRO-03", "DRO-05"):
            agreements.grant_dispensation(
                self.actors["tone"], self._pin(agreement, code), kind="contract_waiver", party=party, from_date=date(2025, 7, 1), to_date=date(2025, 12, 31),
                plates=plates, reason="Leveringstid på elektriske rullestolbiler. Juridisk vurdering i sak 2023/1142.", approver="Steinar Lund",
            )  # fmt: skip
        agreements.grant_dispensation(
            self.actors["tone"], self._pin(agreement, "DRO-01"), kind="statutory_exemption", party=party, from_date=date(2025, 7, 1), to_date=date(2026, 12, 31),
            plates="QD10020", reason="Fylkeskommunens fritak for rullestolbil.", approver="Midtfylket fylkeskommune (fiktiv)",
        )  # fmt: skip

    # -------------------------------------------------------- chapters

    def taxi(self) -> None:
        """Three past periods for both firms; the round of H1 2026 stands planned, to be opened by the visitor."""
        outcomes = {
            "H2 2024": ("2025-02-03", "2025-02-20"),
            "H1 2025": ("2025-08-12", "2025-08-28"),
            "H2 2025": ("2026-02-12", "2026-03-02"),
        }
        for period, (sent, decided) in outcomes.items():
            _round, by_supplier = self.open("drosje", period)
            year = period[-2:]
            for firm, cars in (("stodig", fleets.stodig(period)), ("snarvei", fleets.snarvei(period))):
                if firm == "snarvei" and period == "H2 2025":
                    continue
                answers = Answers(
                    values={"ems_valid": "ja", "documentation_answer_days": "9"},
                    files={
                        "vehicle_list": (f"Bilpark {firm.capitalize()} {period[:2]} 20{year}.xlsx", fleets.vehicle_workbook(f"Bilpark, {period}", cars)),
                        "charging_sessions": (f"ladelogg_{firm}_{period[:2]}_20{year}.csv", fleets.charging_log(cars, period, seed=20 + len(period))),
                    },
                )
                if firm == "stodig" and period == "H2 2025":
                    answers.explanations["DRO-01"] = "Bilene 18 til 22 er i bestilling og går på kommunens fritak ut året. Bil 18 er ventet i mars."
                self.report(by_supplier[firm], answers, sent)
                self.approve(by_supplier[firm], decided)
            if period == "H2 2025":
                self._snarvei_case(by_supplier["snarvei"])
        self.plan("drosje", "H1 2026", opens="2026-08-17", due="2026-09-14", closes="2026-10-31")

    def _snarvei_case(self, questionnaire_id: str) -> None:
        period = "H2 2025"
        log = ("ladelogg_snarvei_H2_2025.csv", fleets.charging_log(fleets.snarvei(period), period, seed=31))
        first = Answers(
            values={"ems_valid": "ja", "documentation_answer_days": "12"},
            files={"vehicle_list": ("Bilpark Snarvei H2 2025.xlsx", fleets.vehicle_workbook("Bilpark, H2 2025", fleets.snarvei(period))), "charging_sessions": log},
        )
        self.report(questionnaire_id, first, "2026-02-12")
        asked = self._asked(questionnaire_id, "evidence", "vehicle_list")
        with clock.at("2026-02-19T10:15"), unit_of_work():
            review.return_to_supplier(
                self.actors["ingrid"],
                self._submission(questionnaire_id),
                {asked.id: "Kjennemerket QD 31207 tyder ikke på el. Kan dere se på lista en gang til og rette det som ikke stemmer?"},
                internal_note="EQ 20411 har ingen lading i perioden. Tas opp i neste kontroll.",
                due_on=date(2026, 2, 27),
            )
        second = Answers(
            values=first.values,
            files={"vehicle_list": ("Bilpark Snarvei H2 2025 rettet.xlsx", fleets.vehicle_workbook("Bilpark, H2 2025, rettet", fleets.snarvei(period, admitted=True)))},
            explanations={"DRO-01": "QD 31207 er en skrivefeil i den første lista."},
        )
        self.report(questionnaire_id, second, "2026-02-26")
        self.deviation_snarvei_questionnaire = questionnaire_id

    def other_suppliers(self) -> None:
        self._goods()
        self._food()
        self._skyss()
        self._mass_transport()
        self._bank()

    def _goods(self) -> None:
        listed = ("Kjoretoy Kantstein.xlsx", fleets.plain_vehicle_workbook("Kjøretøy på avtale 2024-031", world.kantstein_cars(renewed=False)))
        renewed = ("Kjoretoy Kantstein 2025.xlsx", fleets.plain_vehicle_workbook("Kjøretøy på avtale 2024-031", world.kantstein_cars(renewed=True)))
        periods = {
            "H2 2024": ("81,2", "58,2", "1,7", "96", "2025-02-05", listed),
            "H1 2025": ("85,8", "66,9", "1,8", "100", "2025-08-14", listed),
            "H2 2025": ("100", "74,1", "1,8", "100", "2026-02-05", renewed),
        }
        for period, (deliveries, km, visits, euro, sent, file) in periods.items():
            _round, by_supplier = self.open("varetransport", period)
            values = {"share_deliveries_ze_or_biogas": deliveries, "share_vehicle_km_zero_emission": km, "deliveries_per_location_week": visits, "share_vehicles_euro6": euro, "vehicle_list_age_days": "20"}
            questionnaire = by_supplier["kantstein"]
            self.report(questionnaire, Answers(values=values, files={"vehicle_list": file}), sent)
            if period == "H2 2024":
                self.approve(questionnaire, "2025-02-19")
                case = self.raise_case("2025-02-20", questionnaire, "TRV-02", "minor", "Ett av kjøretøyene hos underleverandøren har Euro V. Kravet er Euro VI på alle.", due="2025-03-14", send=True)
                self.answer_case(case, "olav", "2025-03-03", "Bilen var innleid mens en annen var på verksted.", "Bilen er tatt ut av avtalen.", "2025-03-03")
                self.close_case(case, "2025-03-10", "Bilen er ute av avtalen. Ny kjøretøyliste er mottatt.")
            elif period == "H1 2025":
                self.approve(questionnaire, "2025-09-05")
                case = self.raise_case("2025-09-08", questionnaire, "TRV-01", "significant", "85,8 % av leveransene (9 280 av 10 820) var nullutslipp eller biogass. Kravet er 100 % fra 1. januar 2025.", due="2025-09-30", send=True)
                self.answer_case(case, "olav", "2025-09-22", "To biler hos underleverandøren gikk på diesel fram til august.", "Begge er byttet til elektriske fra 1. august 2025.", "2025-12-31")
                self.close_case(case, "2026-02-27", "100 % i 2. halvår 2025: 10 944 av 10 944 leveranser.")
            else:
                self.approve(questionnaire, "2026-02-27")

    def _food(self) -> None:
        for year, share, sent in ((2024, "98,2", "2025-02-10"), (2025, "99,1", "2026-02-17")):
            _round, by_supplier = self.open("meieri", str(year))
            self.report(by_supplier["rommekolle"], Answers(values={"dairy_volume_reported_share": share, "packaging_scheme_valid": "ja"}), sent)
            self.approve(by_supplier["rommekolle"], f"{year + 1}-02-27")
        fruit = {"H2 2024": ("13,8", "100", "84", "2025-02-07"), "H1 2025": ("20,1", "100", "100", "2025-08-11"), "H2 2025": ("22,4", "100", "100", "2026-02-09")}
        for period, (organic, deliveries, palm, sent) in fruit.items():
            _round, by_supplier = self.open("frukt", period)
            values = {"organic_share_value": organic, "share_deliveries_ze_or_biogas": deliveries, "certified_share_palm_soy": palm, "ems_valid": "ja"}
            self.report(by_supplier["gulrot"], Answers(values=values, files={"vehicle_list": ("Biler Gulrot og Gront.xlsx", fleets.plain_vehicle_workbook("Leveringsbiler", world.gulrot_cars()))}), sent)
            self.approve(by_supplier["gulrot"], (date.fromisoformat(sent) + timedelta(days=14)).isoformat())
        catering = {"H2 2024": ("97", "58", "2025-02-07"), "H2 2025": ("97", "71", "2026-02-09")}
        for period, (reusable, vegetarian, sent) in catering.items():
            _round, by_supplier = self.open("catering", period)
            self.report(by_supplier["gulrot"], Answers(values={"reusable_share": reusable, "vegetarian_share": vegetarian, "packaging_scheme_valid": "ja"}), sent)
            self.approve(by_supplier["gulrot"], (date.fromisoformat(sent) + timedelta(days=15)).isoformat())
        _round, by_supplier = self.open("torrvarer", "2024")
        self.report(by_supplier["gulrot"], Answers(values={"fairtrade_share": "34"}), "2025-02-07")
        self.approve(by_supplier["gulrot"], "2025-02-25")
        case = self.raise_case("2025-10-01", by_supplier["gulrot"], "MAT-05", "minor", "Vareutvalget har produkter med palmeolje uten dokumentert opphav.", due="2025-10-31", send=True)
        self.answer_case(case, "gro", "2025-10-14", "Avtalen sier at palmeolje bør unngås, ikke at den skal.", "Vi sender oversikten frivillig.", "2025-12-31")
        self.close_case(case, "2025-10-20", "Ikke hjemmel: punktet i avtalen er en oppfordring. Tas med i neste konkurranse.")

    def _skyss(self) -> None:
        for period, share, sent in (("H2 2024", "61,4", "2025-02-06"), ("H1 2025", "63,0", "2025-08-13"), ("H2 2025", None, "2026-02-11")):
            _round, by_supplier = self.open("skyss", period)
            values = {"share_vkm_ze_or_biogas": share or {date(2025, 7, 1): "62,8", date(2025, 8, 1): "88,1"}, "fuel_statement_complete": "ja", "share_vehicles_euro6": "100", "documentation_answer_days": "8"}
            self.report(by_supplier["omvei"], Answers(values=values, files={"vehicle_list": ("Kjoretoy Omvei.xlsx", fleets.plain_vehicle_workbook("Kjøretøy", world.omvei_cars()))}), sent)
            self.approve(by_supplier["omvei"], (date.fromisoformat(sent) + timedelta(days=16)).isoformat())
        self.skyss_case_questionnaire = by_supplier["omvei"]

    def _mass_transport(self) -> None:
        _round, by_supplier = self.open("masse", "H2 2025")
        values = {"share_truck_trips_ze_or_biogas": "52", "share_vehicles_euro6": "100"}
        self.report(by_supplier["spett"], Answers(values=values), "2026-02-10")
        self.approve(by_supplier["spett"], "2026-02-24")

    def _bank(self) -> None:
        _round, by_supplier = self.open("bank", "2024", due="2025-04-30")
        self.report(by_supplier["sparegrisen"], Answers(values={"green_loans_documented_share": "72,7"}), "2025-04-28")
        self.approve(by_supplier["sparegrisen"], "2025-05-20")
        case = self.raise_case("2025-10-15", by_supplier["sparegrisen"], "BNK-02", "minor", "8 av 11 grønne lån er dokumentert (72,7 %). Kravet er 100 %.", due="2025-11-14", send=True)
        self.answer_case(case, "vilde", "2025-11-03", "Dokumentasjon for tre lån lå i et eldre system.", "Energinotat for de tre lånene er sendt.", "2025-11-03")
        self.close_case(case, "2025-11-10", "11 av 11 grønne lån er dokumentert.")
        _round, by_supplier = self.open("bank", "2025", due="2026-04-30")
        self.report(by_supplier["sparegrisen"], Answers(values={"green_loans_documented_share": "100"}), "2026-04-24")
        self.approve(by_supplier["sparegrisen"], "2026-05-12")

    def construction(self) -> None:
        """Monthly reports of Solbakken in 2026; the breach of February that the firm told about itself, and the cases of spring."""
        shares = {1: ("100", "0"), 2: ("76,9", "1240"), 3: ("100", "0"), 4: ("100", "0"), 5: ("100", "0"), 6: ("100", "0")}
        case = None
        for month, (share, litres) in shares.items():
            _round, by_supplier = self.open("solbakken", f"2026-{month:02d}")
            questionnaire = by_supplier["spett"]
            answers = Answers(values={"share_energy_zero_emission": share, "fossil_litres": litres, "sorting_rate": str(90 + month % 5), "share_machines_stage_ok": "100"})
            if month == 2:
                answers.explanations["BYG-01"] = "Feil på strømnettet i uke 7. Vi leide et dieselaggregat i fire dager, 1 240 liter."
            self.report(questionnaire, answers, f"2026-{month + 1:02d}-{4 if month != 2 else 3:02d}")
            self.approve(questionnaire, f"2026-{month + 1:02d}-12")
            if month == 2:
                self._cases_of_spring(questionnaire)
                case = self.cases["AV-2026-001"]
        assert case is not None
        self.close_case(case, "2026-06-12", "0 liter diesel i mars, april og mai. Batteriet står på plassen.")

    def _cases_of_spring(self, february: str) -> None:
        self.cases["AV-2026-001"] = self.raise_case(
            "2026-03-12", february, "BYG-01", "significant", "1 240 liter diesel i februar etter feil på strømnettet. 76,9 % av energien var utslippsfri, kravet er 100 %.", due="2026-03-26", send=True
        )
        self.answer_case(self.cases["AV-2026-001"], "stig", "2026-03-16", "Feil på strømnettet i uke 7.", "Vi har satt inn en batterikonteiner, så aggregatet ikke trengs igjen.", "2026-05-31")
        self.cases["AV-2026-002"] = self.raise_case(
            "2026-03-13", self.skyss_case_questionnaire, "SKY-01", "significant", "88,1 % av kilometerne fra 1. august var nullutslipp eller biogass (61 200 av 69 500). Kravet er 100 %.", due="2026-04-10", send=True
        )
        self.answer_case(self.cases["AV-2026-002"], "odd", "2026-03-27", "Tre minibusser kom først i desember.", "Alle ruter går på el eller biogass fra 1. januar 2026.", "2026-08-31")
        self.accept_plan(self.cases["AV-2026-002"], "2026-04-02", as_of="2026-08-31")
        self.cases["AV-2026-003"] = self.raise_case(
            "2026-03-16", self.deviation_snarvei_questionnaire, "DRO-01", "serious",
            "Stikkprøve ved Solbakken helsehus 12. mars kl. 07.42: QD 31219 kjørte tur for kommunen og står ikke på lista. QD 31207 var først oppgitt som elektrisk.",
            due="2026-03-30", send=True,
        )  # fmt: skip
        self.answer_case(self.cases["AV-2026-003"], "remi", "2026-03-30", "Skrivefeil i lista.", "Vi retter lista.", "2026-04-15")
        with clock.at("2026-04-09T11:00"), unit_of_work():
            deviations.reject_plan(self.actors["ingrid"], self.cases["AV-2026-003"], reason="Svaret forklarer ikke turene som QD 31219 har kjørt.", due_on=date(2026, 4, 17))
        with clock.at("2026-04-20T09:30"), unit_of_work():
            deviations.escalate(self.actors["tone"], self.cases["AV-2026-003"], "Ikke svart innen fristen. Skriftlig varsel etter avtalens punkt 9.3 forberedes.")

    def running_period(self) -> None:
        """H1 2026: opened 1 July, due 31 August; some have sent, one is returned, one is a draft."""
        opened = {}
        for key in ("varetransport", "frukt", "catering", "skyss", "masse"):
            _round, by_supplier = self.open(key, "H1 2026", opens="2026-07-01", due="2026-08-31")
            opened[key] = by_supplier
        _round, july = self.open("solbakken", "2026-07", opens="2026-08-01", due="2026-08-15")
        self.report(july["spett"], Answers(values={"share_energy_zero_emission": "100", "fossil_litres": "0", "sorting_rate": "93", "share_machines_stage_ok": "100"}), "2026-08-05")

        values = {"share_deliveries_ze_or_biogas": "97,3", "share_vehicle_km_zero_emission": "82,6", "deliveries_per_location_week": "1,9", "share_vehicles_euro6": "100", "vehicle_list_age_days": "31"}
        renewed = ("Kjoretoy Kantstein 2026.xlsx", fleets.plain_vehicle_workbook("Kjøretøy på avtale 2024-031", world.kantstein_cars(renewed=True)))
        self.report(opened["varetransport"]["kantstein"], Answers(values=values, files={"vehicle_list": renewed}, explanations={"TRV-01": "298 leveranser på gass mangler bevis for biogass etter 30. april. Vi venter på papirene fra leverandøren av gass."}), "2026-08-12")
        self.raise_case("2026-08-14", opened["varetransport"]["kantstein"], "TRV-01", "significant", "97,3 % av leveransene er dokumentert. Bevis for biogass mangler fra 30. april.", due="2026-09-11", send=False)
        case = self.raise_case("2026-08-10", self._latest("frukt"), "MIL-01", "minor", "Sertifikatet for emballasjeordning er ikke lagt ved.", due="2026-08-31", send=True)
        self.cases["AV-2026-005"] = case

        fruit = {"organic_share_value": "24,0", "share_deliveries_ze_or_biogas": "100", "certified_share_palm_soy": "100", "ems_valid": "ja"}
        self.report(opened["frukt"]["gulrot"], Answers(values=fruit, files={"vehicle_list": ("Biler Gulrot og Gront 2026.xlsx", fleets.plain_vehicle_workbook("Leveringsbiler", world.gulrot_cars()))}), "2026-08-14")
        self.report(opened["catering"]["gulrot"], Answers(values={"reusable_share": "98", "vegetarian_share": "72", "packaging_scheme_valid": "ja"}), "2026-08-13")
        skyss = {"share_vkm_ze_or_biogas": "100", "fuel_statement_complete": "ja", "share_vehicles_euro6": "100", "documentation_answer_days": "7"}
        self.report(opened["skyss"]["omvei"], Answers(values=skyss, files={"vehicle_list": ("Kjoretoy Omvei 2026.xlsx", fleets.plain_vehicle_workbook("Kjøretøy", world.omvei_cars()))}), "2026-08-10")
        asked = self._asked_feeding(opened["skyss"]["omvei"], "share_vkm_ze_or_biogas")
        with clock.at("2026-08-13T10:00"), unit_of_work():
            review.return_to_supplier(
                self.actors["ingrid"],
                self._submission(opened["skyss"]["omvei"]),
                {asked.id: "Vi mangler bevis for biogass i april. Kan dere legge det ved, eller rette andelen?"},
                internal_note="Gjelder også AV-2026-002.",
                due_on=date(2026, 8, 28),
            )
        with clock.at("2026-08-16T23:41"), unit_of_work():
            self._answer(opened["masse"]["spett"], Answers(values={"share_truck_trips_ze_or_biogas": "54"}), self.actors["stig"], only={"share_truck_trips_ze_or_biogas"})
