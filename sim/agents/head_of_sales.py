"""A head of sales as a Mesa agent: looks after representatives, at most a span of control."""

from __future__ import annotations

from sim.agents.member import Member
from sim.mesalight import mesa

HIRED_OUTSIDE = -1


class HeadOfSales(Member):
    """Mentors and controls; was one of the representatives, or came from outside."""

    def __init__(self, model: mesa.Model, number: int, former_row: int = HIRED_OUTSIDE):
        super().__init__(model)
        self.number, self.former_row = number, former_row

    @property
    def from_inside(self) -> bool:
        """Whether the head was found inside the team."""
        return self.former_row != HIRED_OUTSIDE


def head_agents(model: mesa.Model, agents: list[HeadOfSales], former_rows: list[int]) -> list[HeadOfSales]:
    """Bring the agents to the department's list of heads."""
    for agent in agents[len(former_rows) :]:
        agent.remove()
    return agents[: len(former_rows)] + [
        HeadOfSales(model, number, former_rows[number]) for number in range(len(agents), len(former_rows))
    ]
