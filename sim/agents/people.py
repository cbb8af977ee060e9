"""People on the telephone as Mesa agents: thin views onto the rows of a staff table."""

from __future__ import annotations

from sim.agents.member import Member
from sim.mesalight import mesa
from sim.telephone import OpeningHours, StaffTable


class Person(Member):
    """One row of a staff table."""

    def __init__(self, model: mesa.Model, table: StaffTable, row: int):
        super().__init__(model)
        self.table, self.row = table, row

    @property
    def skill(self) -> float:
        """Skill in standard deviations from the mean."""
        return float(self.table.skill[self.row])


class CallCentreAgent(Person):
    """Answers the focal operator's common number."""

    @property
    def busy_minutes(self) -> float:
        """Minutes on the telephone today."""
        return float(self.table.busy_minutes[self.row])


class Telemarketer(Person):
    """Dials businesses on the operator's initiative."""


def staff_agents(
    model: mesa.Model, kind: type[Person], agents: list[Person], table: StaffTable, people: int, hours: OpeningHours
) -> list[Person]:
    """Bring table and agents to so many people."""
    if people == len(table) == len(agents):
        return agents
    table.resize(people, hours)
    for agent in agents[people:]:
        agent.remove()
    return agents[:people] + [kind(model, table, row) for row in range(len(agents), people)]
