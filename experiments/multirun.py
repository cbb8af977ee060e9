"""Plain Hydra multirun for those who want it: each job is one command, checked and carried out as on the terminal."""

from __future__ import annotations

from pathlib import Path

CITY = "in_city="  # `city` is a group of choices to Hydra


def hydra_main(command: str) -> None:
    """Let Hydra read the command line; every job runs the command in its own output folder, under `results`."""
    import hydra
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.hydra_config import HydraConfig

    from experiments.cli import main

    @hydra.main(version_base="1.3", config_path="pkg://configs", config_name="multirun")
    def job(_config: object) -> None:
        words = [
            word.removeprefix("in_") if word.startswith(CITY) else word for word in HydraConfig.get().overrides.task
        ]
        out = Path(HydraConfig.get().runtime.output_dir) / "results"
        multirun, GlobalHydra.instance().hydra = GlobalHydra.instance().hydra, None  # the command composes by itself
        code = main([command, *words, f"out={out}"])
        GlobalHydra.instance().hydra = multirun
        if code:
            raise SystemExit(code)

    job()
