"""What we claim about the world: one frozen class a part, one number a field; values, ranges and sources stand in
configs/world."""

from __future__ import annotations

from sim.departmentclaims import ByMode as ByMode
from sim.departmentclaims import Department as Department
from sim.part import Part as Part


class BySize(Part):
    """One number for each size class."""

    micro: float
    small: float
    medium: float
    large: float


class ByPremises(Part):
    """One number for each premises type."""

    street_level: float
    business_centre: float
    shopping_centre: float
    industrial: float


class Bills(Part):
    """Lines and usage of a business."""

    lines_median: BySize
    lines_log_sd: BySize
    usage_log_sd: BySize
    lines_usage_correlation: BySize
    employees_typical: BySize
    employees_log_sd: BySize
    employees_elasticity: float


class Peers(Part):
    """Who talks to whom."""

    weight_building: float
    weight_zone: float
    weight_neighbour_zone: float
    weight_sector: float
    picks: int
    ties_max: int


class Territory(Part):
    """Distances and travel inside a zone."""

    street_detour_factor: float
    walking_km_per_hour: float


class Demography(Part):
    """Businesses close, stand empty, and new tenants move in; tenants grow and shrink."""

    closure_rate_per_month: float
    closure_first_year_factor: float
    closure_later_years_factor: float
    vacancy_months: float
    resizing_rate_per_month: float
    resizing_factor: float


class Needs(Part):
    """Who starts to look for an offer, and for how long."""

    shopping_rate_per_month: float
    shopping_inclination_sigma: float
    renewal_window_months: float
    renewal_factor: float
    no_provider_factor: float
    unsettled_factor: float
    unsettled_days: float
    dissatisfaction_slope: float
    search_days: BySize
    rest_months: float
    discovery_share: float
    calls_max: int
    shortlist_logit: float


class Signals(Part):
    """Awareness, persuasion and fatigue: what adds to them and how they fade."""

    advertising_attention_sigma: float
    advertising_fading_per_month: float
    residential_share: float
    footfall_exponent: float
    hold_days: float
    forgetting_per_month: float
    persuasion_fading_per_month: float
    fatigue_fading_per_month: float
    phone_recall_share: float
    neighbour_recall_share: float
    van_recall_share: float
    phone_persuasion: float
    good_news_persuasion: float
    bad_news_factor: float
    telling_share: float
    complaining_share: float
    noticing_share: float
    news_shopping_logit: float
    further_news_logit: float
    contagion_threshold: BySize
    defection_shopping_logit: float
    news_shopping_logit_max: float
    news_fading_per_month: float


class Medium(Part):
    """What an advertisement in one medium costs, whom it reaches, and what it leaves."""

    cost_per_impression: float
    reach_share: float
    impression_recall_share: float


class Media(Part):
    """Media in which an operator may advertise."""

    online: Medium
    outdoor: Medium
    radio: Medium
    press: Medium
    mail: Medium


class Choice(Part):
    """The nested logit: stay, or leave for one of the operators whose offer is on the table."""

    price_elasticity_logit: float
    price_attention_slope: float
    price_attention_fading_per_month: float
    price_sensitivity_sigma: float
    price_sensitivity_factor: BySize
    quality_logit: float
    persuasion_logit: float
    inertia_logit: BySize
    exit_fee_logit_per_month: float
    nest_similarity: float
    peers_logit: float
    satisfaction_logit: float
    no_provider_logit: float
    telemarketing_logit: float
    inbound_logit: float


class Calls(Part):
    """Calls to an operator's common number, the queue and the consultation."""

    sales_handling_minutes: float
    service_handling_minutes: float
    handling_cv: float
    patience_minutes: float
    redial_share: float
    redial_minutes: float
    lost_caller_rival_share: float
    service_calls_per_customer_month: float
    service_dispersion_share: float
    hourly_dispersion_share: float
    agent_skill_logit: float
    haste_occupancy_share: float
    haste_logit: float


class Dialling(Part):
    """Telemarketing: dials, connects, talks, refusals."""

    dials_per_day: float
    connect_share: float
    connect_spread: float
    talk_share: float
    woken_months: float
    consent_share: float
    opt_out_share: float
    opt_out_fatigue_factor: float
    repeat_fatigue: float
    fatigue_waking_factor: float
    annoyance_persuasion: float


class Retention(Part):
    """What an operator does when a customer gives notice."""

    notice_share: float
    credit_months: float
    reached_share: float
    commitment_logit: float
    desk_calls_per_day: float


class Installation(Part):
    """From signature to activation."""

    job_days: float
    job_cv: float
    permission_days: ByPremises
    promise_days: float
    access_refused_share: float
    cancelling_after_days: float
    cancelling_per_day: float
    late_cancelling_factor: float
    late_satisfaction_per_week: float
    fault_rate_per_month: float
    fault_quality_slope: float
    fault_satisfaction: float
    satisfaction_recovery_per_month: float
    vain_trip_share: float
    vain_trip_days: float
    vain_trip_delay_days: float
    coordination_factor: float
    capacity_factor: float


class Terms(Part):
    """Terms of contracts in force, and their renewal."""

    term_24_share: float
    term_12_share: float
    negotiating_share: BySize


class Economics(Part):
    """Unit costs of the focal operator."""

    agent_cost_per_month: float
    telemarketer_cost_per_month: float
    installation_cost_per_job: float
    network_cost_share: float
    agent_occupancy_share: float
    discount_rate_per_year: float


class Effort(Part):
    """How a field representative answers to pay: toil, risk, patience; and how unlike people are."""

    usual_pay_per_month: float
    effort_cost_share_per_day: float
    effort_max: float
    risk_aversion: float
    impatience_per_week: float
    intrinsic_share_per_contract: float
    controlled_effort: float
    uncontrolled_effort: float
    ability_sigma: float


class Field(Part):
    """A representative's day: minutes, doors, what a visit does to a mind, and who calls whom afterwards."""

    working_minutes: float
    paperwork_share: float
    start_minutes: float
    indoor_minutes: float
    waiting_minutes: ByPremises
    refused_minutes: float
    talk_minutes: float
    followup_minutes: float
    decision_maker_share: ByPremises
    visit_recall_share: float
    leaflet_recall_share: float
    visit_persuasion: float
    visit_fatigue: float
    refusal_share: float
    woken_months: float
    decided_at_door_share: float
    afterthought_days: float
    followup_months: float
    personal_logit: float
    skill_logit: float
    revealed_share: float
    followup_lead_days: float
    new_tenant_known_share: float
    new_tenant_delay_days: float
    card_kept_share: float
    card_fading_per_month: float
    same_person_share: float
    rep_reached_share: float
    visit_memory_months: float
    fee_share_of_bill: float
    mystery_shopping_cost_per_month: float
    mystery_shopping_months: float


class Reactions(Part):
    """Competitors that defend themselves, and field teams of theirs in short form."""

    lag_months_max: float
    loss_noise_log_sd: float
    normal_months: float
    loss_factor: float
    loss_sigmas: float
    answer_chance_per_quarter: float
    price_only_share: float
    price_too_share: float
    price_cut_share_min: float
    price_cut_share_max: float
    campaign_months: float
    build_up_months: float
    reps_per_1000_customers: float
    telemarketers_per_1000_customers: float
    retention_factor: float
    visits_per_day: float
    price_war_chance_per_quarter: float
    price_floor_factor: float


class Conduct(Part):
    """How representatives behave between their pay and the operator's wishes."""

    hurry_days: float
    reach_days: float
    hurry_discount_share: float
    put_off_share: float
    moving_toil_share: float
    duty_unseen_share: float
    duty_seen_share: float
    duty_floor_share: float
    neglect_satisfaction: float
    picking_unseen_share: float
    picking_seen_share: float
    promise_logit: float
    promise_satisfaction: float
    promise_loss_share: float
    scruple_unseen_share: float
    scruple_seen_share: float


class World(Part):
    """All parts."""

    territory: Territory
    peers: Peers
    bills: Bills
    demography: Demography
    needs: Needs
    signals: Signals
    media: Media
    choice: Choice
    calls: Calls
    dialling: Dialling
    retention: Retention
    installation: Installation
    terms: Terms
    economics: Economics
    field: Field
    effort: Effort
    conduct: Conduct
    department: Department
    reactions: Reactions
