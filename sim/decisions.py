"""What is decided: plain numbers with bounds, by the focal operator or by a scripted event."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A section of decisions; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Calendar(Section):
    """When the decision falls."""

    decision_month: str = Field(
        "2027-01", pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$", description="Month 1, as YYYY-MM."
    )


class Telemarketing(Section):
    """The focal operator's own telephone campaign."""

    telemarketers: int = Field(0, ge=0, le=1000, description="People who dial.")
    from_month: int = Field(1, ge=1, le=240, description="First month of the campaign, counted from the decision.")
    months: int = Field(240, ge=1, le=240, description="Length of the campaign.")


class Media(Section):
    """What the focal operator spends a month on each medium, beside its budget."""

    online: float = Field(0.0, ge=0.0, le=1e9, description="Spent a month on online advertisements.")
    outdoor: float = Field(0.0, ge=0.0, le=1e9, description="Spent a month on posters and on vehicles.")
    radio: float = Field(0.0, ge=0.0, le=1e9, description="Spent a month on local radio.")
    press: float = Field(0.0, ge=0.0, le=1e9, description="Spent a month on local and trade press.")
    mail: float = Field(0.0, ge=0.0, le=1e9, description="Spent a month on letters to businesses.")


class Advertising(Section):
    """The focal operator's advertising after the decision."""

    budget_factor: float = Field(1.0, ge=0.0, le=20.0, description="Budget relative to today's, from month 1.")
    media: Media = Media()
    from_month: int = Field(1, ge=1, le=240, description="First month of the spending by medium.")
    months: int = Field(240, ge=1, le=240, description="Length of the spending by medium.")


class ByPlace(Section):
    """Price factors of one size class, by premises type."""

    street_level: float = Field(1.0, ge=0.2, le=5.0, description="Prices at street level, relative to the list.")
    business_centre: float = Field(1.0, ge=0.2, le=5.0, description="Prices in business centres, relative to it.")
    shopping_centre: float = Field(1.0, ge=0.2, le=5.0, description="Prices in shopping centres, relative to it.")
    industrial: float = Field(1.0, ge=0.2, le=5.0, description="Prices on industrial estates, relative to it.")


class PriceFactors(Section):
    """What the segmentation gives times these factors, by size class and premises type."""

    micro: ByPlace = ByPlace()
    small: ByPlace = ByPlace()
    medium: ByPlace = ByPlace()
    large: ByPlace = ByPlace()


class Offers(Section):
    """Prices of the focal operator's new contracts and renewals from month 1 on; running contracts keep theirs."""

    segmentation: Literal["by_size_and_place", "by_size", "one_price"] = Field(
        "by_size_and_place",
        description="The tariff as it is; one price for a size class in all places; one price a line for everybody. "
        "Today's customers would pay as much in all.",
    )
    price_factors: PriceFactors = PriceFactors()


class CallCentre(Section):
    """Staff behind the common number."""

    agents: int = Field(
        0, ge=0, le=5000, description="Agents of the focal operator; 0 lets staff follow calls with a month's lag."
    )
    agents_min: int = Field(2, ge=1, le=100, description="Never fewer agents than this.")


class Retention(Section):
    """What the focal operator does to keep its customers, from month 1 on."""

    reactive: bool = Field(True, description="Whether customers who give notice are offered a bill credit.")
    agents: int = Field(
        0,
        ge=0,
        le=1000,
        description="Staff of its own who answer notices and call customers; 0: the call centre does it and has time.",
    )
    proactive_share: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        description="Part of the customers near a term's end who are called and offered a new one.",
    )
    lead_months: float = Field(2.0, ge=0.5, le=12.0, description="How long before the end of the term they are called.")
    credit_months: float = Field(
        1.0, ge=0.0, le=6.0, description="Bill credit offered for twelve more months, in months of the bill; 0: none."
    )
    renewal_rise_share: float = Field(
        0.0, ge=0.0, le=0.5, description="How much dearer than today's tariff a contract becomes that renews by itself."
    )


class Crews(Section):
    """Installers."""

    capacity: Literal["follows", "fixed"] = Field(
        "follows", description="Crew days follow the orders with a month's lag, or stay as they are at the start."
    )
    meetings: Literal["department", "always", "never"] = Field(
        "department",
        description="Regular meetings of sales and technical service: from the debugging of a field department on, "
        "from month 1 on, or never.",
    )


class Stages(Section):
    """Which of the six stages of building the department take place."""

    test_sales: bool = Field(True, description="Test sales on plots of each premises type, and the plan from them.")
    labour_market: bool = Field(True, description="Study of the labour market.")
    recruiting: bool = Field(True, description="Recruiting funnel, training and certification.")
    debugging: bool = Field(True, description="A month in which consultants sell along and coach.")
    processes: bool = Field(True, description="Processes described, head of sales trained.")
    remote_support: bool = Field(True, description="Three months of support by daily calls.")


class Scheme(Section):
    """How representatives are paid."""

    name: str = Field("mixed_growing", description="Name of the pay scheme: of its file.")
    kind: str = Field("", description="Member of the family of schemes; empty: as the file of that name has it.")
    period: Literal["day", "month", "quarter"] = Field(
        "month", description="Period of plan and results; salaries are by the month whatever it is."
    )
    credited: Literal["period_end", "sale"] = Field(
        "period_end", description="When a representative feels what a sale earns: at the period's end, or at once."
    )
    counts: Literal["signature", "activation"] = Field(
        "signature", description="What counts as a sale of the period: a signature, or a contract put into service."
    )
    terms: dict[str, Any] = Field({}, description="Terms that differ from the scheme's own, by name.")


class Plan(Section):
    """How the monthly plans of representatives are set, in monthly bills to sign."""

    kind: Literal["fixed", "test_sales", "ratchet", "potential"] = Field(
        "test_sales",
        description="As decided; from the test sales; from the test sales and then from the last period; or from the "
        "test sales, by what each patch holds.",
    )
    bills_per_month: float = Field(
        1500.0,
        gt=0.0,
        le=1e7,
        description="fixed: monthly bills that a practised representative is to sign in a month.",
    )
    guess_visits: float = Field(
        300.0,
        ge=0.0,
        le=1e5,
        description="Visits for which an informed guess counts beside the test sales: a guess that is right within a "
        "third counts like nine deals.",
    )
    ripening_months: float = Field(
        12.0,
        ge=0.0,
        le=36.0,
        description="Months within which what visits have begun must ripen to count in a plan made from test sales; 0: "
        "those of the test sales.",
    )
    ratchet_rise_share: float = Field(
        0.5, ge=0.0, le=1.0, description="ratchet: part of what went beyond the plan that the next plan rises by."
    )
    ratchet_fall_share: float = Field(
        0.2, ge=0.0, le=1.0, description="ratchet: part of what was missed that the next plan falls by."
    )
    ratchet_step_share: float = Field(
        0.3, ge=0.0, le=0.9, description="ratchet: no plan moves by more than this share at once."
    )


class Conduct(Section):
    """What representatives may do between their pay and the operator's wishes; a part that is off does not exist."""

    timing: bool = Field(
        True, description="Signatures are brought forward with a discount, or put off, at period's end."
    )
    split: bool = Field(True, description="Representatives choose how much of their unpaid work they do.")
    picking: bool = Field(True, description="Representatives choose doors by their own pay too.")
    overpromising: bool = Field(False, description="Representatives may promise more than the operator keeps.")
    discount_limit_share: float = Field(
        0.1, ge=0.0, le=0.5, description="Largest discount, on a year's bills, that a representative may give."
    )
    early_months: int = Field(
        12, ge=1, le=60, description="Months in which a lost customer counts as lost early, where pay says nothing."
    )


class People(Section):
    """What people of the department do, and what may become of them; a part that is off does not exist."""

    quits: bool = Field(True, description="Representatives may quit at a month's end.")
    dismissal: bool = Field(True, description="Whoever sells too little in the probation is dismissed.")
    certification: bool = Field(True, description="A certification may be failed, and is repeated.")
    selection: bool = Field(True, description="Who applies answers to the pay offered.")
    forgetting: bool = Field(True, description="Skill is lost on days without a visit.")
    companions: bool = Field(True, description="In the debugging somebody skilled sells along, in turn.")
    leadership: bool = Field(True, description="Heads of sales grow into their post.")


class Department(Section):
    """The focal operator's field sales department."""

    active: bool = Field(False, description="Whether there is one.")
    reps: int = Field(6, ge=0, le=200, description="Productive representatives planned.")
    mode: Literal["turnkey", "alone"] = Field("turnkey", description="Built with consultants, or without.")
    start_month: int = Field(1, ge=1, le=240, description="Month in which building begins.")
    stages: Stages = Stages()
    heads: int = Field(0, ge=0, le=50, description="Heads of sales; 0 appoints one for every span of control.")
    territory_policy: Literal["equal_potential", "by_district", "by_premises"] = Field(
        "equal_potential", description="How zones are given to representatives."
    )
    rebalance: Literal["neighbours", "anew"] = Field(
        "neighbours",
        description="While a post is vacant: its zones go to colleagues near by, or all patches are cut anew.",
    )
    priority_zones: tuple[str, ...] = Field((), description="Ids of zones to be worked first, as a list.")
    doors: Literal["sweep", "priority", "expected_value"] = Field(
        "sweep", description="Which doors are knocked on next."
    )
    revisit_days: int = Field(60, ge=10, le=500, description="Working days for which a visited door is left alone.")
    buyout_share: float = Field(
        0.0, ge=0.0, le=1.0, description="Part of a rival's termination fee that representatives may take over."
    )
    close_month: int | None = Field(
        None, ge=2, le=240, strict=True, description="Month from which on there is no department, or null for never."
    )
    intelligence: Literal["field", "mystery_shopping", "none"] = Field(
        "field",
        description="What is learned of rivals: what visits reveal; their list prices by telephone; nothing.",
    )
    plan: Plan = Plan()
    conduct: Conduct = Conduct()
    people: People = People()
    scheme: Scheme = Scheme()


class Event(Section):
    """Something that happens to the market in a month, whatever the operator decides."""

    month: int = Field(ge=-119, le=240, description="Month of the event, counted from the decision.")
    until_month: int | None = Field(
        None,
        ge=-118,
        le=240,
        strict=True,
        description="First month in which it is over and things are as at the opening; null: it lasts.",
    )
    operator: str = Field(
        description="Name of the operator, 'largest' for the largest rival, or 'rivals' for every rival."
    )
    event: Literal["tariff_change", "telemarketing", "advertising", "field_team", "network_built", "reaction"]
    price_factor: float = Field(
        1.0, ge=0.2, le=5.0, description="tariff_change: new prices relative to the present ones."
    )
    telemarketers: int = Field(0, ge=0, le=1000, description="telemarketing: people who dial from this month on.")
    budget_factor: float = Field(1.0, ge=0.0, le=20.0, description="advertising: budget relative to today's.")
    reps: int = Field(
        0,
        ge=0,
        le=200,
        description="field_team: representatives of a rival; the first visits follow after the build-up.",
    )
    zones: tuple[str, ...] = Field((), description="network_built: ids of the zones, or none for the whole city.")
    reaction: Literal["passive", "losses", "price_war"] = Field(
        "passive", description="reaction: how a rival answers from this month on."
    )


class Situation(Section):
    """Where the focal operator stands when the story begins; it holds for the scenario and for its baseline."""

    focal_share: float | None = Field(
        None,
        ge=0.001,
        le=0.9,
        strict=True,
        description="Opening share of the focal operator; null: as the city has it.",
    )
    focal_brand: float | None = Field(
        None, ge=0.001, le=0.95, strict=True, description="Unaided awareness of it; null: as the city has it."
    )
    focal_stands: bool = Field(
        True,
        description="Whether its brand constant makes its share stand still; false takes its rivals' mean.",
    )
    rival_reps: float | None = Field(
        None,
        ge=0.0,
        le=20.0,
        strict=True,
        description="Representatives of each rival, for every 1,000 of its customers; null: as the city has them.",
    )
    rival_telemarketers: float | None = Field(
        None,
        ge=0.0,
        le=20.0,
        strict=True,
        description="Telemarketers of each rival, for every 1,000 of its customers; null: as the city has them.",
    )
    rival_reaction: Literal["passive", "losses", "price_war"] | None = Field(
        None, description="How every rival answers; null: as the city has it."
    )
    advertising_factor: float = Field(
        1.0, ge=0.0, le=5.0, description="Its advertising from a month on, relative to what keeps awareness up."
    )
    advertising_from_month: int = Field(-119, ge=-119, le=240, description="That month, counted from the decision.")


class Decisions(Section):
    """All decisions; the same names at the top level of a configuration."""

    calendar: Calendar = Calendar()
    situation: Situation = Situation()
    telemarketing: Telemarketing = Telemarketing()
    advertising: Advertising = Advertising()
    offers: Offers = Offers()
    call_centre: CallCentre = CallCentre()
    crews: Crews = Crews()
    retention: Retention = Retention()
    department: Department = Department()
    events: tuple[Event, ...] = ()
