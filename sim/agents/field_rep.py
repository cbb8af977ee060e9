"""A field representative as a Mesa agent: a thin view onto one row of the department's table."""

from __future__ import annotations

from sim.agents.member import Member
from sim.mesalight import mesa
from sim.reps import STAGES, RepTable


class FieldRep(Member):
    """Walks a patch, talks to businesses, closes contracts."""

    def __init__(self, model: mesa.Model, table: RepTable, row: int):
        super().__init__(model)
        self.table, self.row = table, row

    @property
    def rep_id(self) -> str:
        """The name in tables and events."""
        return rep_id(self.row)

    @property
    def stage(self) -> str:
        """Training, productive or left."""
        return STAGES[self.table.stage[self.row]]

    @property
    def ability(self) -> float:
        """Ability; the mean of applicants is 1."""
        return float(self.table.ability[self.row])

    @property
    def skill(self) -> float:
        """Productivity relative to a practised representative of the same ability."""
        return float(self.table.skill[self.row])

    @property
    def effort(self) -> float:
        """Today's effort; 1 is a usual day."""
        return float(self.table.effort[self.row])

    @property
    def income(self) -> float:
        """This month's pay so far."""
        return float(self.table.pay_fixed[self.row] + self.table.pay_variable[self.row])


def rep_id(row: int) -> str:
    """The name of a representative: the number in the order of hiring."""
    return f"rep-{row}"


def rep_agents(model: mesa.Model, agents: list[FieldRep], table: RepTable) -> list[FieldRep]:
    """Bring agents and table together: new ones for those who were hired, none for those who left."""
    for agent in agents:
        if agent.stage == "left":
            agent.remove()
    known = {agent.row for agent in agents}
    stayed = [agent for agent in agents if agent.stage != "left"]
    hired = [row for row in range(len(table)) if row not in known and STAGES[table.stage[row]] != "left"]
    return stayed + [FieldRep(model, table, row) for row in hired]
