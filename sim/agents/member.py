"""An agent of the market that does not keep the market alive."""

from __future__ import annotations

from sim.mesalight import mesa


class Member(mesa.Agent):  # type: ignore[misc]
    """A Mesa agent with a number of its own, counted by its market."""

    def __init__(self, model: mesa.Model):
        super().__init__(model)
        if hasattr(mesa.Agent, "_ids"):  # Mesa before 3.4.2 counts in a table that holds every model for ever
            mesa.Agent._ids.pop(model, None)
            model.agents_made = self.unique_id = getattr(model, "agents_made", 0) + 1
