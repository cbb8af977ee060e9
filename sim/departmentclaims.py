"""What we claim about the field department: its stages, its people, what they cost; one number a field."""

from __future__ import annotations

from sim.part import Part


class ByMode(Part):
    """One number with consultants and one without."""

    turnkey: float
    alone: float


class Department(Part):
    """The field department: its stages, and how its people are found, learn, are looked after and leave."""

    telephone_pass_share: float
    office_pass_share: float
    trial_pass_share: float
    unstudied_market_factor: float
    recruiter_days_per_candidate: float
    recruiter_cost_per_day: float
    recruiter_standing_share: float
    vacancy_cost_per_rep: float
    trial_cost_per_candidate: float
    ability_sigma: float
    telephone_validity: float
    office_validity: float
    trial_validity: float
    alone_validity_factor: float
    attraction_slope: float
    unstudied_pay_noise_share: float
    test_sales_days: ByMode
    labour_market_days: ByMode
    recruiting_days: ByMode
    training_days: ByMode
    processes_months: ByMode
    debugging_months: float
    remote_support_months: float
    unselected_hiring_days: float
    certificate_pass_share: ByMode
    certificate_repeat_days: float
    refill_days: ByMode
    test_sellers: ByMode
    test_visits_per_day: float
    consultant_cost_per_day: float
    reps_per_consultant: float
    remote_consultant_share: float
    training_cost_per_rep: float
    rep_overhead_cost_per_month: float
    head_cost_per_month: float
    head_hiring_cost: float
    companion_skill: ByMode
    companion_share: float
    companion_large_share: float
    span_reps: float
    head_inside_share: float
    head_alone_months: float
    untrained_head_factor: float
    head_inside_competence: float
    head_outside_competence: float
    head_theory_share: ByMode
    head_learning_months: float
    head_mentoring_share: float
    director_control_share: float
    starting_skill_share: float
    alone_training_factor: float
    learning_months: float
    coaching_effect_share: float
    remote_coaching_share: float
    alone_coaching_share: float
    practice_visits_per_day: float
    forgetting_per_month: float
    sharing_months: float
    described_transfer_share: float
    hearsay_transfer_share: float
    knowledge_lost_share: float
    knowledge_lost_described_share: float
    outside_wage_per_month: float
    outside_wage_elasticity: float
    quit_rate_per_month: float
    quit_gap_slope: float
    quit_peer_factor: float
    quit_attainment_factor: float
    quit_memory_months: float
    probation_months: float
    probation_floor_share: float
